#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A double of MaxCompute's REST interface that checks what a client sends: date,
signature (versions 2 and 4, built here from the vendor's description and not from the
driver), project argument and XML. Statements are names of behaviours, below."""

import base64
import csv
import email.utils
import hashlib
import hmac
import http.server
import io
import json
import struct
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ET

KEYS = {"testAccessId": "testAccessKey", "skewed": "testAccessKey"}
PROJECT = "my_proj"
SKEW = 7200  # seconds that the clock is ahead for the account `skewed`


def hmac_of(digest, key, text):
    return hmac.new(key, text.encode(), digest).digest()


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def varint(v):
    out = b""
    while v > 0x7F:
        out += bytes([v & 0x7F | 0x80])
        v >>= 7
    return out + bytes([v])


def zigzag(v):
    return varint((v << 1) ^ (v >> 63) & 0xFFFFFFFFFFFFFFFF)


def records(numbers):
    """A download of one bigint column."""
    out, crcs = [], b""
    for n in numbers:
        crc = crc32c(struct.pack("<i", 1) + struct.pack("<q", n))
        out.append(varint(1 << 3) + zigzag(n) + varint(33553408 << 3) + varint(crc))
        crcs += struct.pack("<I", crc)
    return (b"".join(out) + varint(33554430 << 3) + zigzag(len(out))
            + varint(33554431 << 3) + varint(crc32c(crcs)))


def table(columns, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([c[0] for c in columns])
    for row in rows:
        out.write(",".join("\\N" if v is None else '"%s"' % v.replace('"', '""')
                           if isinstance(v, str) else str(v) for v in row) + "\n")
    return out.getvalue()


MANY = [("n", "bigint")]
TYPED = [("id", "bigint"), ("name", "string"), ("amt", "decimal(10,2)"), ("ok", "boolean"),
         ("d", "date"), ("dt", "datetime"), ("f", "double")]


class Instance:
    def __init__(self, server, sql, settings):
        self.sql, self.settings, self.polls = sql, settings, 0
        self.state, self.columns, self.rows = "Success", MANY, []
        self.text, self.select, self.typed, self.forever = None, "TRUE", True, False
        if sql == "SELECT * FROM typed":
            self.columns = TYPED
            self.rows = [(1, 'é中🎉 & <"x">', "12.50", "true", "2024-01-02",
                          "2024-01-02 03:04:05", 1.5), (2,) + (None,) * 6]
        elif sql == "SELECT * FROM untyped":
            self.columns, self.rows, self.typed = TYPED[:2], [(1, "x")], False
        elif sql == "SELECT 1 WHERE false":
            self.columns = [("_c0", "int")]
        elif sql == "SHOW TABLES":
            self.text = "p:a\np:b\n"
        elif sql == "SELECT n FROM many":
            self.rows = [(n,) for n in range(20000)]
        elif sql in ("SELECT n FROM five", "SELECT busy"):
            self.rows = [(n,) for n in range(5)]
        elif sql == "SELECT n FROM unreadable":
            self.rows, self.select = [(n,) for n in range(200)], "NO"
        elif sql in ("SELECT broken", "SELECT nested"):
            self.rows = [(1,)]
            if sql == "SELECT nested":
                self.columns = [("n", "array<bigint>")]
        elif sql.startswith("SELECT 1,\n"):
            self.fail("ODPS-0130161:[2,3] Parse exception - invalid token 'SLEECT'")
        elif sql == "SELECT * FROM missing":
            self.fail("ODPS-0130131:[1,15] Table not found - table my_proj.missing")
        elif sql == "SELECT settings" or sql.endswith("SELECT settings FROM @x"):
            self.columns, self.rows = [("s", "string")], [(json.dumps(settings),)]
        elif sql == "SELECT forever":
            self.forever = True
        elif sql == "SELECT stopped":
            self.rows = [(server.stopped,)]
        elif sql not in ("SELECT damaged",):
            self.fail("the double does not know: " + sql)

    def fail(self, text):
        self.state, self.text = "Failed", text


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        if isinstance(body, str):
            body = body.encode()
        self.send_response_only(status)
        date = time.time() + (SKEW if self.account == "skewed" else 0)
        self.send_header("Date", email.utils.formatdate(date, usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def error(self, status, code, message):
        self.answer(status, "<?xml version='1.0'?><Error><Code>%s</Code><Message>%s</Message>"
                            "<RequestId>1</RequestId><HostId>h</HostId></Error>" % (code, message))

    def check(self, path, args):
        """False when the request was refused."""
        scheme, _, credential = self.headers.get("Authorization", "").partition(" ")
        who, _, signature = credential.partition(":")
        parts = who.split("/")
        self.account = parts[0]
        key = KEYS.get(self.account)
        signed = ["x-odps-user-agent"]
        signed += [n.lower() for n in self.headers if n.lower().startswith("x-odps-")
                   and n.lower() not in signed]
        text = "\n".join([self.command, self.headers.get("Content-MD5", ""),
                          self.headers.get("Content-Type", ""), self.headers["Date"]]
                         + ["%s:%s" % (n, self.headers[n]) for n in sorted(signed)])
        query = "&".join(n + ("=" + v if v else "") for n, v in sorted(args.items()))
        text += "\n" + path + ("?" + query if query else "")
        if scheme != "ODPS" or not key:
            return self.error(401, "ODPS-0410031", "The AccessKey is not found")
        secret = key.encode()
        if len(parts) > 1:
            if parts[2] == "cn-old":
                return self.error(401, "ODPS-0410051", "Invalid credentials")
            if parts[1] != time.strftime("%Y%m%d", time.gmtime()) or \
                    parts[2:] != ["cn-hangzhou", "odps", "aliyun_v4_request"]:
                return self.error(401, "ODPS-0410042", "bad credential scope")
            secret = b"aliyun_v4" + secret
            for part in parts[1:]:
                secret = hmac_of(hashlib.sha256, secret, part)
        want = base64.b64encode(hmac_of(hashlib.sha1, secret, text)).decode()
        if signature != want:
            return self.error(401, "SignatureNotMatch", "signed: " + text.replace("&", "&amp;"))
        now = time.time() + (SKEW if self.account == "skewed" else 0)
        sent = email.utils.parsedate_to_datetime(self.headers["Date"]).timestamp()
        if abs(now - sent) > 900:
            return self.error(400, "RequestTimeTooSkewed", "max_interval_date 900000")
        if args.get("curr_project") != path.split("/")[2]:
            return self.error(400, "InvalidArgument", "curr_project")
        if path.split("/")[2] != PROJECT:
            return self.error(404, "NoSuchProject", "no project")
        return True

    def handle_any(self):
        self.account = ""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(url.path)
        if path.startswith("/api"):
            path = path[4:]
        elif "data" not in url.query and "download" not in url.query:
            return self.answer(404, "not found")
        args = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        if not self.check(path, args):
            return None
        parts = path.strip("/").split("/")
        if len(parts) == 2:
            return self.answer(200, "<Project><Name>%s</Name></Project>" % PROJECT)
        if parts[2] == "tunnel" and "service" in args:
            return self.answer(200, "127.0.0.1:%d" % self.server.server_port)
        if parts[2] == "tables":
            return self.tables(parts, args)
        if self.command == "POST" and len(parts) == 3:
            return self.submit(body)
        instance = self.server.instances.get(parts[3])
        if not instance:
            return self.error(404, "NoSuchObject", "no instance")
        if "downloads" in args or "downloadid" in args:
            return self.download(instance, args)
        return self.instance(instance, args, body)

    do_GET = do_POST = do_PUT = handle_any

    def tables(self, parts, args):
        if len(parts) == 3 and not args.get("marker"):
            return self.answer(200, "<Tables><Marker>next</Marker><Table><Name>sales</Name>"
                                    "</Table></Tables>")
        if len(parts) == 3:
            return self.answer(200, "<Tables><Marker/><Table><Name>users</Name></Table></Tables>")
        if parts[3] != "sales":
            return self.error(404, "NoSuchTable", "no table")
        schema = {"columns": [{"name": "id", "type": "bigint"}],
                  "partitionKeys": [{"name": "ds", "type": "string"}]}
        return self.answer(200, "<Table><Name>sales</Name><Schema format='Json'><![CDATA[%s]]>"
                                "</Schema></Table>" % json.dumps(schema))

    def submit(self, body):
        job = ET.fromstring(body).find("Job")
        task = job.find("Tasks/SQL")
        config = {p.findtext("Name"): p.findtext("Value")
                  for p in task.findall("Config/Property")}
        settings = json.loads(config["settings"])
        sql = task.findtext("Query").strip()
        if self.headers["Content-Type"] != "application/xml" or not sql.endswith(";") or \
                len(config["uuid"]) != 36 or \
                not all(isinstance(v, str) for v in settings.values()):
            return self.error(400, "InvalidParameter", "bad job")
        sql = sql.rstrip(";\n ")
        if sql == "SELECT refused":
            return self.error(403, "NoPermission", "You have NO privilege 'odps:CreateInstance'")
        if sql == "SELECT busy" and not self.server.busy:
            self.server.busy = True
            return self.answer(409, "", [("Retry-After", "1")])
        if ";" in sql and settings.get("odps.sql.submit.mode") != "script":
            return self.error(400, "InvalidParameter", "several statements")
        name = "2024010203040%dabc" % len(self.server.instances)
        self.server.instances[name] = Instance(self.server, sql, settings)
        return self.answer(201, "", [("Location", "http://127.0.0.1:%d/api/projects/%s/instances/%s"
                                      % (self.server.server_port, PROJECT, name))])

    def instance(self, i, args, body):
        if self.command == "PUT":
            if ET.fromstring(body).findtext("Status") == "Terminated":
                self.server.stopped += 1
                i.state, i.forever = "Cancelled", False
            return self.answer(200)
        if "taskstatus" in args:
            return self.answer(200, "<Instance><Status>Terminated</Status><Tasks><Task Type='SQL'>"
                                    "<Name>AnonymousSQLTask</Name><Status>%s</Status></Task>"
                                    "</Tasks></Instance>" % i.state)
        if "result" in args:
            return self.result(i)
        i.polls += 1
        if i.polls == 1 and i.sql == "SELECT n FROM five":
            return self.answer(503, "try again")
        done = not i.forever and i.polls > 1
        return self.answer(200, "<Instance><Status>%s</Status></Instance>"
                           % ("Terminated" if done else "Running"))

    def result(self, i):
        if i.sql == "SELECT damaged":
            return self.answer(200, "<Instance><Tasks><Task>")
        descriptor = ""
        if i.text is not None:
            kind, text = "text", i.text
        else:
            kind, text = "csv", table(i.columns, i.rows[:10000])
            status = "TRUNCATED" if len(i.rows) > 10000 else i.select
            if i.typed:
                descriptor = "<ResultDescriptor>%s</ResultDescriptor>" % json.dumps(
                    {"IsSelect": True, "SelectResultStatus": status,
                     "Schema": {"Columns": [{"Name": n, "Type": t} for n, t in i.columns]}})
        encoded = base64.b64encode(text.encode()).decode()
        return self.answer(200, "<Instance><Tasks><Task Type='SQL'><Name>AnonymousSQLTask</Name>"
                                "<Result Transform='Base64' Format='%s'><![CDATA[%s]]></Result>%s"
                                "<Status>%s</Status></Task></Tasks></Instance>"
                           % (kind, encoded, descriptor, i.state))

    def download(self, i, args):
        if self.headers["x-odps-tunnel-version"] is None:
            return self.error(400, "InvalidArgument", "no tunnel version")
        if "downloads" in args:
            if self.command != "POST":
                return self.error(405, "MethodNotAllowed", "POST")
            return self.answer(200, self.session(i, "initiating"))
        if "data" not in args:
            return self.answer(200, self.session(i, "normal"))
        start, count = [int(n) for n in args["rowrange"].strip("()").split(",")]
        stream = records(r[0] for r in i.rows[start:start + count])
        if i.sql == "SELECT broken":
            stream = stream[:-3]
        return self.answer(200, stream)

    def session(self, i, status):
        return json.dumps({"DownloadID": "d1", "Status": status, "RecordCount": len(i.rows),
                           "Schema": {"columns": [{"name": n, "type": t} for n, t in i.columns],
                                      "partitionKeys": []}})


def start():
    """The double on a free port of 127.0.0.1, in a thread of this process."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.instances, server.stopped, server.busy = {}, 0, False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server

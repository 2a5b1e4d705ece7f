#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Doubles of database servers for what the real ones do not do: relatives that lack
features, and peers that misbehave. The database name picks the behaviour.

PostgreSQL protocol: redshift, hologres, hang, cut, garbage, deaf.
MySQL protocol: starrocks, infile, cleartext, hang, cut, garbage."""

import socketserver
import struct
import threading
import time


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.port = self.server_address[1]
        self.statements = []  # (database, text) as they came
        self.stolen = b""     # what a client should never have sent
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # the client left


class Postgres(socketserver.StreamRequestHandler):
    def send(self, kind, body=b""):
        self.wfile.write(kind + struct.pack(">i", len(body) + 4) + body)

    def error(self, state, text):
        self.failed = True
        self.send(b"E", b"SERROR\0VERROR\0C" + state.encode() + b"\0M" + text.encode() + b"\0\0")

    def ready(self):
        self.send(b"Z", {"idle": b"I", "open": b"T"}[self.state])

    def startup(self):
        while True:
            length, code = struct.unpack(">ii", self.rfile.read(8))
            body = self.rfile.read(length - 8)
            if code == 80877103:  # TLS?
                self.wfile.write(b"N")
                continue
            if code == 80877102:  # a request to cancel
                return False
            words = body.split(b"\0")
            self.given = dict(zip(words[::2], words[1::2]))
            self.database = self.given[b"database"].decode()
            return True

    def handle(self):
        if not self.startup():
            return
        if self.database == "hang":
            time.sleep(60)
        if self.database == "garbage":
            self.wfile.write(bytes(range(256)) * 64)
            return
        self.state, self.failed, self.sql = "idle", False, ""
        self.send(b"R", struct.pack(">i", 0))
        version = {"redshift": "8.0.2", "hologres": "11.3"}.get(self.database, "15.0")
        for name, value in (("server_version", version), ("client_encoding", "UTF8"),
                            ("server_encoding", "UTF8"), ("standard_conforming_strings", "on")):
            self.send(b"S", ("%s\0%s\0" % (name, value)).encode())
        self.send(b"K", struct.pack(">ii", 1, 2))
        self.ready()
        while True:
            kind = self.rfile.read(1)
            if not kind or kind == b"X":
                return
            length, = struct.unpack(">i", self.rfile.read(4))
            if self.message(kind, self.rfile.read(length - 4)):
                return

    def message(self, kind, body):
        if self.failed and kind in (b"P", b"B", b"D", b"E"):
            return False  # up to the next Sync, as a server does
        if kind == b"Q":
            self.simple(body[:-1].decode())
        elif kind == b"P":
            self.sql = body.split(b"\0")[1].decode()
            self.send(b"1")
        elif kind == b"B":
            self.send(b"2")
        elif kind == b"D":
            if body[:1] == b"S":
                self.send(b"t", struct.pack(">h", 0))
            self.describe()
        elif kind == b"E":
            return self.execute()
        elif kind == b"S":
            self.failed = False
            self.ready()
        self.wfile.flush()
        return False

    def is_frame(self):
        """What stands around the statement that is asked for."""
        return self.sql in ("BEGIN READ ONLY", "ROLLBACK") or "set_config" in self.sql

    def describe(self):
        if self.sql in ("BEGIN READ ONLY", "ROLLBACK"):
            return self.send(b"n")
        return self.send(b"T", struct.pack(">h", 1) + b"n\0" + struct.pack(">ihihih", 0, 0, 23, 4, -1, 0))

    def row(self, text):
        self.send(b"D", struct.pack(">hi", 1, len(text)) + text)

    def execute(self):
        self.server.statements.append((self.database, self.sql))
        if self.is_frame():
            self.statement(self.sql, is_described=True)
            return False
        if self.database == "cut":
            self.row(b"1")
            self.wfile.write(b"D\0\0\0\x20\0\1\0\0")
            return True
        if self.database == "deaf":
            while True:
                self.row(b"1")
                time.sleep(0.05)
        self.row(b"42")
        self.send(b"C", b"SELECT 1\0")
        return False

    def simple(self, text):
        self.server.statements.append((self.database, text))
        self.failed = False
        for one in [s.strip() for s in text.split(";") if s.strip()]:
            self.statement(one)
            if self.failed:
                break
        self.failed = False
        self.ready()

    def statement(self, one, is_described=False):
        word = one.split()[0].upper()
        if word == "SET" and self.database == "redshift" and (
                "LOCAL" in one or "bytea_output" in one):
            return self.error("42704", "unrecognized configuration parameter")
        if word == "BEGIN" and self.database == "hologres":
            return self.error("0A000", "READ ONLY transactions are not supported")
        if word == "BEGIN":
            self.state = "open"
        if word == "ROLLBACK":
            self.state = "idle"
        if word == "SELECT":
            if not is_described:
                self.sql = one
                self.describe()
            self.row(b"1")
        return self.send(b"C", word.encode() + b"\0")


class Mysql(socketserver.StreamRequestHandler):
    def send(self, body):
        self.wfile.write(struct.pack("<I", len(body))[:3] + bytes([self.sequence]) + body)
        self.sequence = (self.sequence + 1) % 256

    def read(self):
        head = self.rfile.read(4)
        if len(head) < 4:
            raise ConnectionError
        self.sequence = (head[3] + 1) % 256
        return self.rfile.read(head[0] | head[1] << 8 | head[2] << 16)

    def ok(self):
        self.send(b"\0\0\0\2\0\0\0")

    def error(self, code, state, text):
        self.send(b"\xff" + struct.pack("<H", code) + b"#" + state.encode() + text.encode())

    def rows(self, *values):
        def field(text):
            return bytes([len(text)]) + text
        eof = b"\xfe\0\0\2\0"
        self.send(b"\1")
        self.send(field(b"def") + 3 * field(b"") + field(b"n") + field(b"n") + b"\x0c"
                  + struct.pack("<HIBHB", 33, 11, 3, 0, 0) + b"\0\0")
        self.send(eof)
        for v in values:
            self.send(field(str(v).encode()))
        self.send(eof)

    def handle(self):
        self.sequence = 0
        capabilities = 0xFFFFFFFF & ~0x800 & ~0x20 & ~0x01000000 & ~0x1
        self.send(b"\x0a5.1.0\0" + struct.pack("<I", 7) + b"saltsalt\0"
                  + struct.pack("<HBHH", capabilities & 0xFFFF, 33, 2, capabilities >> 16)
                  + b"\x15" + bytes(10) + b"saltsaltsalt\0mysql_native_password\0")
        body = self.read()
        flags, = struct.unpack("<I", body[:4])
        user_end = body.index(b"\0", 32)
        at = user_end + 2 + body[user_end + 1]
        self.database = body[at:body.index(b"\0", at)].decode() if flags & 8 else ""
        if self.database == "hang":
            time.sleep(60)
        if self.database == "garbage":
            self.wfile.write(bytes(range(256)) * 64)
            return
        if self.database == "cleartext":
            self.send(b"\xfemysql_clear_password\0")
            self.server.stolen += self.read()
        self.ok()
        while True:
            body = self.read()
            if body[:1] == b"\1":
                return
            if self.command(body):
                return
            self.wfile.flush()

    def command(self, body):
        text = body[1:].decode(errors="replace")
        self.server.statements.append((self.database, text))
        if body[:1] == b"\x16":
            return self.error(1064, "42000", "Unsupported command(COM_STMT_PREPARE)")
        if body[:1] != b"\3" or text.startswith("DO "):
            return self.ok()
        if text.startswith("SET"):
            if self.database == "starrocks" and ("_time" in text or "sql_select_limit" in text):
                return self.error(1193, "HY000", "Unknown system variable")
            return self.ok()
        if self.database == "infile":
            self.send(b"\xfb/etc/passwd")
            while True:
                more = self.read()
                self.server.stolen += more
                if not more:
                    return self.ok()
        if self.database == "cut":
            self.send(b"\1")
            self.wfile.write(b"\x30\0\0\2\3def")
            return True
        if "LIMIT 0" in text:
            return self.rows()
        return self.rows(42)


def postgres():
    return Server(Postgres)


def mysql():
    return Server(Mysql)

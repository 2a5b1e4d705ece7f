#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Judges what channels sent, with nothing of the program's own code. Reads stdin:

    channel_judge.py dingtalk-sign SECRET   a recorded request (JSON of peer_http.py)
    channel_judge.py lark-sign SECRET       the same
    channel_judge.py webhook-sign SECRET    the same
    channel_judge.py form NAME=VALUE…       the same, multipart/form-data: each field holds
                                            the value; NAME@FILE=VALUE: of a file so named
    channel_judge.py mail KEY=VALUE…        a message; subject=, from=, to=, parts=N,
                                            attachment=NAME (each must hold)

Ends with 0 and silence, or says what is wrong."""
import base64
import email
import email.policy
import hashlib
import hmac
import json
import sys
import time
import urllib.parse


def fail(text):
    sys.exit(text)


def mac(key, message):
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest())


def dingtalk(secret):
    request = json.load(sys.stdin)
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(request["target"]).query,
                                  strict_parsing=True)
    stamp = query["timestamp"][0]
    if abs(int(stamp) / 1000 - time.time()) > 60:
        fail(f"timestamp {stamp} is not now in milliseconds")
    if query["sign"][0].encode() != mac(secret, f"{stamp}\n{secret}"):
        fail(f"sign {query['sign'][0]} does not fit")
    if hmac.compare_digest(query["sign"][0].encode(), mac(f"{stamp}\n{secret}", secret)):
        fail("key and message are swapped")
    if "access_token" not in query:
        fail("the token is gone")


def lark(secret):
    body = json.loads(json.load(sys.stdin)["body"])
    stamp = body["timestamp"]
    if not isinstance(stamp, str) or abs(int(stamp) - time.time()) > 60:
        fail(f"timestamp {stamp!r} is not now in seconds, as text")
    if body["sign"].encode() != mac(f"{stamp}\n{secret}", ""):
        fail(f"sign {body['sign']} does not fit")
    if body["msg_type"] != "interactive" or body["card"]["schema"] != "2.0":
        fail("the card is gone")


def webhook(secret):
    request = json.load(sys.stdin)
    headers = {k.lower(): v for k, v in request["headers"]}
    expected = hmac.new(secret.encode(), request["body"].encode(), hashlib.sha256).hexdigest()
    if headers.get("x-signature") != "sha256=" + expected:
        fail(f"X-Signature {headers.get('x-signature')} does not fit")
    if abs(int(headers["x-timestamp"]) - time.time()) > 60:
        fail("X-Timestamp is not now")


def form(wanted):
    request = json.load(sys.stdin)
    headers = {k.lower(): v for k, v in request["headers"]}
    body = request.get("body", "").encode() or base64.b64decode(request["body_base64"])
    whole = f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body
    message = email.message_from_bytes(whole, policy=email.policy.HTTP)
    if not message.is_multipart() or message.defects:
        fail(f"no form: {message.defects} {headers['content-type']}")
    found = {}
    for part in message.iter_parts():
        disposition = part["Content-Disposition"]
        if disposition.content_disposition != "form-data" or part.defects:
            fail(f"{disposition}: {part.defects}")
        name = disposition.params["name"]
        if part.get_filename():
            name += "@" + part.get_filename()
        found[name] = part.get_payload(decode=True).decode("utf-8", "replace")
    for item in wanted:
        name, _, value = item.partition("=")
        if value not in found.get(name, "") or name not in found:
            fail(f"'{item}' is not in {str(found)[:600]}")
    if len(found) != len(wanted):
        fail(f"more or fewer than {wanted}: {list(found)}")


def check_wire(raw):
    for number, line in enumerate(raw.split(b"\r\n"), 1):
        if b"\n" in line or b"\r" in line:
            fail(f"line {number}: bare line end")
        if len(line) > 998:
            fail(f"line {number}: {len(line)} bytes")
        if any(byte > 127 for byte in line):
            fail(f"line {number}: a byte above 127")


def mail(wanted):
    raw = sys.stdin.buffer.read()
    check_wire(raw)
    message = email.message_from_bytes(raw, policy=email.policy.strict)
    for part in message.walk():
        if part.defects:
            fail(f"defects: {part.defects}")
        for name, value in part.items():
            if getattr(value, "defects", None):
                fail(f"{name}: {value.defects}")
    for name in ("Date", "From", "Subject", "Message-ID", "MIME-Version", "To"):
        if len(message.get_all(name, [])) != 1:
            fail(f"{name}: {message.get_all(name)}")
    leaves = [p for p in message.walk() if not p.is_multipart()]
    for leaf in leaves:
        leaf.get_content()
    for item in wanted:
        key, _, value = item.partition("=")
        names = [p.get_filename() for p in message.iter_attachments()]
        found = {"subject": str(message["Subject"]), "from": str(message["From"]),
                 "to": str(message["To"]), "parts": str(len(leaves)),
                 "cc": str(message["Cc"]), "bcc": str(message["Bcc"])}
        if key == "attachment":
            if value not in names:
                fail(f"no attachment {value} in {names}")
        elif key in ("text", "html"):
            body = message.get_body(("plain",) if key == "text" else ("html",)).get_content()
            if value not in body:
                fail(f"'{value}' is not in {body!r}")
        elif key in ("no-text", "no-html"):
            body = message.get_body(("plain" if key == "no-text" else "html",)).get_content()
            if value in body:
                fail(f"'{value}' is in {body!r}")
        elif found[key] != value:
            fail(f"{key} is {found[key]!r}, not {value!r}")


def main():
    kind = sys.argv[1]
    if kind == "mail":
        mail(sys.argv[2:])
    elif kind == "form":
        form(sys.argv[2:])
    else:
        {"dingtalk-sign": dingtalk, "lark-sign": lark, "webhook-sign": webhook}[kind](sys.argv[2])


if __name__ == "__main__":
    main()

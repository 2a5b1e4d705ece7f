#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A fake SMTP server on loopback that plays a script and writes down each mail.

As a program:
    peer_smtp.py [--script JSON|@FILE] [--record FILE] [--tls CERT KEY] [--implicit]
                 [--seconds N]
prints "port N" and serves until its stdin closes, SIGTERM, or N seconds (300).
--tls offers STARTTLS, with --implicit the whole port speaks TLS (smtps).

From Python:
    from peer_smtp import Peer
    with Peer({"rcpt": {"b@x.org": "550 5.1.1 no such user"}}) as peer:
        … peer.port …; peer.mails[0]["data"]

The script is an object, or a list of them, one for each connection (the last one
repeats). Keys, all optional:
    greeting  "220 peer ESMTP"
    ehlo      ["PIPELINING", "SIZE 10485760", "8BITMIME", "AUTH PLAIN LOGIN"]
              (STARTTLS is added by itself)
    starttls  "220 go ahead"
    auth      "235 2.7.0 ok"
    mail      "250 ok"
    rcpt      {"address": "550 no", "*": "250 ok"}
    data      "354 go ahead"
    end       "250 2.0.0 queued"
    rset      "250 ok"
    noop      "250 ok"
    <step>_do "close" or "hang" in place of the answer of that step; also "delay N"
              (seconds, then the answer). Steps: greeting ehlo auth mail rcpt data end
    mid_data  "close" or an answer: in the middle of the message, after the first line

Each mail that came whole is recorded as {"n","connection","tls","auth","from","to",
"data","raw_lines_over_998","bare_lf","at"}: data as received with CRLF, not yet
un-stuffed in "stuffed". peer.commands lists every command line of all sessions."""
import argparse
import base64
import json
import socket
import ssl
import sys
import threading
import time

from peer_http import Closed, read_script, serve

DEFAULT = {
    "greeting": "220 peer ESMTP",
    "ehlo": ["PIPELINING", "SIZE 10485760", "8BITMIME", "AUTH PLAIN LOGIN"],
    "starttls": "220 go ahead",
    "auth": "235 2.7.0 ok",
    "mail": "250 ok",
    "rcpt": {},
    "data": "354 go ahead",
    "end": "250 2.0.0 queued",
    "rset": "250 ok",
    "noop": "250 ok",
}


class Session:
    def __init__(self, peer, client, number, script):
        self.peer, self.client, self.number = peer, client, number
        self.script = {**DEFAULT, **script}
        self.is_tls = bool(peer.tls and peer.implicit)
        self.auth = None
        self.sender, self.receivers = None, []
        self.stream = client.makefile("rb")

    def reply(self, step, text):
        action = self.script.get(f"{step}_do", "")
        if action == "close":
            raise Closed
        if action == "hang":
            while not self.peer.stopping and self.client.recv(4096):
                pass
            raise Closed
        if action.startswith("delay"):
            time.sleep(float(action.split()[1]))
        self.client.sendall((text + "\r\n").encode())
        return text[0] in "23"

    def line(self):
        raw = self.stream.readline()
        if not raw:
            raise Closed
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        self.peer.commands.append(text)
        return text

    def ehlo(self):
        """What it offers (a list), or the words of a refusal (a text)."""
        if isinstance(self.script["ehlo"], str):
            self.reply("ehlo", self.script["ehlo"])
            return
        offers = list(self.script["ehlo"])
        if self.peer.tls and not self.is_tls:
            offers.append("STARTTLS")
        lines = ["peer"] + offers
        text = "\r\n".join(f"250{'-' if i < len(lines) - 1 else ' '}{s}"
                           for i, s in enumerate(lines))
        self.reply("ehlo", text)

    def starttls(self):
        if self.reply("starttls", self.script["starttls"]):
            self.client = self.peer.tls.wrap_socket(self.client, server_side=True)
            self.stream = self.client.makefile("rb")
            self.is_tls = True

    def ask(self, prompt):
        self.client.sendall(f"334 {prompt}\r\n".encode())
        return self.line()

    def login(self, words):
        mechanism = words[1].upper()
        first = words[2] if len(words) > 2 else None
        if mechanism == "PLAIN":
            text = base64.b64decode(first or self.ask("")).decode()
            self.auth = text.split("\0")[1:]
        elif mechanism == "LOGIN":
            user = first or self.ask("VXNlcm5hbWU6")
            self.auth = [base64.b64decode(user).decode(),
                         base64.b64decode(self.ask("UGFzc3dvcmQ6")).decode()]
        else:
            text = base64.b64decode(first or self.ask("")).decode()
            self.auth = [mechanism, text]
        if not self.reply("auth", self.script["auth"]):
            self.auth = None

    def message(self):
        if not self.receivers:
            self.client.sendall(b"503 no valid recipients\r\n")
            return
        if not self.reply("data", self.script["data"]):
            return
        lines = []
        while True:
            raw = self.stream.readline()
            if not raw:
                raise Closed
            if raw == b".\r\n":
                break
            lines.append(raw)
            if "mid_data" in self.script and len(lines) == 1:
                if self.script["mid_data"] != "close":
                    self.client.sendall((self.script["mid_data"] + "\r\n").encode())
                raise Closed
        self.peer.note(self, lines)
        self.reply("end", self.script["end"])
        self.sender, self.receivers = None, []

    def receiver(self, text):
        address = text[text.index("<") + 1:text.rindex(">")]
        answers = self.script["rcpt"]
        answer = answers.get(address, answers.get("*", "250 ok"))
        if self.reply("rcpt", answer):
            self.receivers.append(address)

    def run(self):
        if not self.reply("greeting", self.script["greeting"]):
            return
        while True:
            text = self.line()
            words = text.split()
            verb = words[0].upper() if words else ""
            if verb in ("EHLO", "HELO"):
                self.ehlo()
            elif verb == "STARTTLS":
                self.starttls()
            elif verb == "AUTH":
                self.login(words)
            elif verb == "MAIL":
                self.sender, self.receivers = text[text.index("<") + 1:text.rindex(">")], []
                self.reply("mail", self.script["mail"])
            elif verb == "RCPT":
                self.receiver(text)
            elif verb == "DATA":
                self.message()
            elif verb in ("RSET", "NOOP"):
                self.reply(verb.lower(), self.script[verb.lower()])
            elif verb == "QUIT":
                self.client.sendall(b"221 bye\r\n")
                return
            else:
                self.client.sendall(b"502 what?\r\n")


class Peer:
    def __init__(self, script=None, record=None, tls=None, implicit=False):
        self.scripts = script if isinstance(script, list) else [script or {}]
        self.record = open(record, "a", encoding="utf-8") if record else None
        self.mails, self.commands = [], []
        self.connections = 0
        self.implicit = implicit
        self.stopping = False
        self.open = set()
        self.lock = threading.Lock()
        self.tls = None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*tls)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping = True
        for s in [self.socket, *list(self.open)]:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def _accept(self):
        while not self.stopping:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client, self.connections),
                             daemon=True).start()

    def _serve(self, client, number):
        self.open.add(client)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = None
        try:
            raw = client
            if self.tls and self.implicit:
                client = self.tls.wrap_socket(client, server_side=True)
            session = Session(self, client, number,
                              self.scripts[min(number, len(self.scripts)) - 1])
            session.run()
        except (OSError, Closed, ssl.SSLError, ValueError):
            pass
        finally:
            self.open.discard(raw)
            try:
                if session:
                    session.stream.close()
                    session.client.close()
                raw.close()
            except OSError:
                pass

    def note(self, session, lines):
        stuffed = b"".join(lines)
        plain = b"".join(x[1:] if x.startswith(b".") else x for x in lines)
        entry = {"n": len(self.mails) + 1, "connection": session.number,
                 "tls": session.is_tls, "auth": session.auth, "from": session.sender,
                 "to": session.receivers, "data": plain.decode("utf-8", "replace"),
                 "stuffed": stuffed.decode("utf-8", "replace"),
                 "raw_lines_over_998": sum(len(x.rstrip(b"\r\n")) > 998 for x in lines),
                 "bare_lf": sum(not x.endswith(b"\r\n") for x in lines),
                 "at": round(time.time(), 3)}
        with self.lock:
            self.mails.append(entry)
            if self.record:
                self.record.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self.record.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--script")
    parser.add_argument("--record")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--seconds", type=float, default=300)
    args = parser.parse_args()
    serve(Peer(read_script(args.script), args.record, args.tls, args.implicit), args.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A fake HTTP peer on loopback that plays a script and writes down what it got.

As a program:
    peer_http.py [--script JSON|@FILE] [--record FILE] [--tls CERT KEY]
                 [--refuse SECONDS] [--seconds N]
prints "port N" and serves until its stdin closes, SIGTERM, or N seconds (300).
--refuse: the port is taken, but connections are refused for so long.

From Python:
    from peer_http import Peer
    with Peer([{"status": 200, "json": {"errcode": 0}}]) as peer:
        … peer.url("/robot/send?access_token=x") …
        peer.requests[0]["body"]

The script is a list of steps, one for each request in order of arrival; the last
one repeats. An empty script answers 200 "ok". Keys of a step:
    status   200
    headers  {"Retry-After": "2"}
    body     text; or  json  any value (sets Content-Type)
    delay    seconds before the answer
    match    only for requests whose target contains this text: such steps are
             looked through first and do not count as used
    do       answer       (default)
             close        read the request whole, close without an answer
             reset        the same with a TCP reset
             hang         read the request whole, never answer
             early        close after the headers, before the body is read
             early_reset  the same with a TCP reset
             half         status, headers and half of the body, then close
             endless      a body that never ends
             stale        answer, then close the connection unannounced

Each request is recorded as {"n","connection","method","target","headers","body",
"at"}: headers as a list of pairs, body as text ("body_base64" when it is not
UTF-8), at in seconds. With --record one JSON object a line, written before the
answer is sent."""
import argparse
import base64
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time


class Closed(Exception):
    pass


class Peer:
    def __init__(self, script=None, record=None, tls=None, refuse=0):
        self.script = script if isinstance(script, list) else [script] if script else []
        self.record = open(record, "a", encoding="utf-8") if record else None
        self.requests = []
        self.connections = 0
        self.used = 0
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.stopping = False
        self.open = set()
        self.tls = None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*tls)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        if not refuse:
            self.socket.listen(64)
        threading.Thread(target=self._accept, args=(refuse,), daemon=True).start()

    def url(self, path="/"):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def wait(self, count, seconds=10):
        """Until `count` requests are here; True if so."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.requests) >= count, seconds)

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

    def _accept(self, refuse):
        if refuse:
            time.sleep(refuse)
            self.socket.listen(64)
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
        try:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            stream = client.makefile("rb")
            while self._one(client, stream, number):
                pass
        except (OSError, Closed, ssl.SSLError):
            pass
        finally:
            self.open.discard(client)
            close(client, stream if "stream" in locals() else None)

    def _step(self, target):
        for step in self.script:
            if "match" in step and step["match"] in target:
                return step
        plain = [s for s in self.script if "match" not in s]
        self.used += 1
        return plain[min(self.used, len(plain)) - 1] if plain else {"body": "ok"}

    def _one(self, client, stream, number):
        line = stream.readline().decode("latin-1")
        if not line.strip():
            return False
        method, target, _ = line.split(" ", 2)
        headers = []
        while True:
            header = stream.readline().decode("utf-8", "replace").rstrip("\r\n")
            if not header:
                break
            name, _, value = header.partition(":")
            headers.append([name, value.strip()])
        with self.lock:
            step = self._step(target)
        action = step.get("do", "answer")
        body = b""
        if not action.startswith("early"):
            body = read_body(stream, headers)
        self._note(method, target, headers, body, number)
        if step.get("delay"):
            time.sleep(step["delay"])
        return self._act(client, stream, step, action, method)

    def _act(self, client, stream, step, action, method):
        if action in ("reset", "early_reset"):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if action in ("close", "reset", "early", "early_reset"):
            return False
        if action == "hang":
            while not self.stopping and client.recv(4096):
                pass
            return False
        payload, headers = answer_of(step)
        head = f"HTTP/1.1 {step.get('status', 200)} {step.get('reason', 'X')}\r\n"
        if action == "endless":
            client.sendall((head + "Content-Type: text/plain\r\n\r\n").encode())
            while not self.stopping:
                client.sendall(b"x" * 65536)
        head += "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        head += f"Content-Length: {len(payload)}\r\n\r\n"
        if method == "HEAD":
            payload = b""
        if action == "half":
            payload = payload[:len(payload) // 2]
        client.sendall(head.encode("latin-1") + payload)
        return action == "answer" and headers.get("Connection", "").lower() != "close"

    def _note(self, method, target, headers, body, number):
        entry = {"n": len(self.requests) + 1, "connection": number, "method": method,
                 "target": target, "headers": headers, "at": round(time.time(), 3)}
        try:
            entry["body"] = body.decode("utf-8")
        except UnicodeDecodeError:
            entry["body_base64"] = base64.b64encode(body).decode()
        with self.changed:
            self.requests.append(entry)
            if self.record:
                self.record.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self.record.flush()
            self.changed.notify_all()


def read_body(stream, headers):
    named = {k.lower(): v for k, v in headers}
    if named.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while True:
            size = int(stream.readline().split(b";")[0], 16)
            body += stream.read(size)
            stream.readline()
            if size == 0:
                return body
    length = int(named.get("content-length", 0))
    body = stream.read(length)
    if len(body) < length:
        raise Closed
    return body


def answer_of(step):
    headers = dict(step.get("headers", {}))
    if "json" in step:
        headers.setdefault("Content-Type", "application/json")
        return json.dumps(step["json"], ensure_ascii=False).encode(), headers
    return step.get("body", "").encode(), headers


def close(client, stream):
    try:
        if stream:
            stream.close()
        client.close()
    except OSError:
        pass


def header(request, name):
    """First value of a header of a recorded request, or None."""
    for key, value in request["headers"]:
        if key.lower() == name.lower():
            return value
    return None


def make_certificate(folder):
    """(certificate, key) for localhost and 127.0.0.1; the certificate is its own CA."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return cert, key


def read_script(text):
    if text is None:
        return None
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as f:
            text = f.read()
    return json.loads(text)


def serve(peer, seconds):
    """Prints the port and waits for stdin to close, or for the time to be up."""
    print(f"port {peer.port}", flush=True)
    done = threading.Event()

    def watch():
        while os.read(0, 4096):
            pass
        done.set()

    threading.Thread(target=watch, daemon=True).start()
    done.wait(seconds)
    peer.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--script")
    parser.add_argument("--record")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--refuse", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=300)
    args = parser.parse_args()
    serve(Peer(read_script(args.script), args.record, args.tls, args.refuse), args.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

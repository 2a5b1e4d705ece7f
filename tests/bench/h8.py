#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H8: a mail with an attachment of 1 MB to a server on loopback. Ours queries, writes
the attachment and the mail and keeps the ledger; the rivals send what is ready."""
import base64
import csv
import os
import sqlite3
import sys

from bench import (ORDERS, Contender, Sink, Studio, fsync_ms, fsyncs, have, interleave, order_rows,
                   ratio, scratch, table)

ROWS = 12800  # about 1 MB as CSV


def make_database(path):
    db = sqlite3.connect(path)
    db.execute(ORDERS)
    db.executemany("INSERT INTO orders VALUES (?,?,?,?,?,?,?,?)", order_rows(ROWS))
    db.commit()
    db.close()


def make_mail(folder):
    """The attachment, and a whole message around it."""
    attachment, message = folder + "/orders.csv", folder + "/message"
    with open(attachment, "w", newline="") as f:
        csv.writer(f).writerows(order_rows(ROWS))
    with open(attachment, "rb") as f:
        encoded = base64.encodebytes(f.read()).decode().replace("\n", "\r\n")
    with open(message, "w", newline="") as f:
        f.write("From: sender@example.com\r\nTo: reader@example.com\r\nSubject: orders\r\n"
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=limit\r\n\r\n"
                "--limit\r\nContent-Type: text/plain\r\n\r\nOrders\r\n--limit\r\n"
                "Content-Type: text/csv\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                f"{encoded}\r\n--limit--\r\n")
    return attachment, message


def rivals(sink, attachment, message, env):
    found = [Contender("curl -F", [
        "curl", "-sS", f"smtp://127.0.0.1:{sink.port}", "--mail-from", "sender@example.com",
        "--mail-rcpt", "reader@example.com", "-F", "=Orders;type=text/plain",
        "-F", f"=@{attachment};type=text/csv;encoder=base64", "-H", "Subject: orders"], env)]
    if have("msmtp"):
        line = (f"exec msmtp --host=127.0.0.1 --port={sink.port} --auth=off --tls=off "
                f"--from=sender@example.com reader@example.com < {message}")
        found.insert(0, Contender("msmtp", ["sh", "-c", line], env))
    return found


def main(rounds=25):
    folder = scratch()
    make_database(folder + "/orders.db")
    attachment, message = make_mail(folder)
    with Sink("smtp") as sink:
        studio = Studio(folder)
        studio.source("shop", "sqlite", f"path={folder}/orders.db")
        studio.destination("mail", "email", "smtp_host=127.0.0.1", f"smtp_port={sink.port}",
                           "security=none", "sender=sender@example.com",
                           "receivers=reader@example.com")
        studio.task("push", "shop", "SELECT * FROM orders LIMIT 10000", ["mail"])
        ours = Contender("dpstudio --run TASK", studio.argv("--run", "push"), studio.env)
        others = rivals(sink, attachment, message, studio.env)
        interleave([ours, *others], rounds)
        syncs = fsyncs(ours.argv, ours.env, folder)
    table(f"H8  mail with an attachment of {os.path.getsize(attachment) >> 10} KB", [ours, *others])
    print(f"  ours includes the query, both bodies and {syncs} fsyncs of {fsync_ms(folder):.2f} ms")
    if len(others) > 1:
        ratio("wall vs msmtp", ours, others[0], 0.2)
    ratio("wall vs curl -F", ours, others[-1], 0.45)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H7: a small POST over HTTPS to a server whose certificate the system trusts. Ours reads
the hashed folder of certificates where it needs one; the curl command reads the bundle.
Runs in a mount namespace of its own, where a copy of /etc/ssl/certs knows the server."""
import os
import shutil
import sqlite3
import subprocess
import sys

from bench import (TOP, Contender, Studio, fsync_ms, fsyncs, interleave, median_ms, ratio, scratch,
                   table)
from peer_http import Peer, make_certificate  # bench knows where it is

CERTS = "/etc/ssl/certs"
POST = os.path.join(TOP, "build/opt/bench/post")


def trust(folder, cert):
    """The system's certificates and ours, over the system's in this namespace."""
    copy = folder + "/certs"
    shutil.copytree(CERTS, copy, symlinks=True)
    shutil.copy(cert, copy + "/dpstudio-bench.pem")
    with open(copy + "/ca-certificates.crt", "a") as bundle, open(cert) as ours:
        bundle.write(ours.read())
    name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", cert], check=True,
                          capture_output=True, text=True).stdout.strip()
    n = next(n for n in range(10) if not os.path.lexists(f"{copy}/{name}.{n}"))
    os.symlink("dpstudio-bench.pem", f"{copy}/{name}.{n}")
    subprocess.run(["mount", "--bind", copy, CERTS], check=True)


def main(rounds=40):
    folder = scratch()
    cert, key = make_certificate(folder)
    trust(folder, cert)
    # Modules are looked for beside the program.
    if not os.path.exists(os.path.dirname(POST) + "/modules"):
        os.symlink("../modules", os.path.dirname(POST) + "/modules")
    with Peer([], tls=(cert, key)) as peer:
        sqlite3.connect(folder + "/empty.db").executescript("CREATE TABLE t (a)")
        studio = Studio(folder)
        studio.source("here", "sqlite", f"path={folder}/empty.db")
        studio.destination("out", "webhook", secret=("url", peer.url("/in")))
        studio.task("push", "here", "SELECT 1 AS one, 'two' AS two", ["out"])
        ours = Contender("an HTTPS POST by module net", [POST, peer.url("/in")], studio.env)
        run = Contender("dpstudio --run TASK", studio.argv("--run", "push"), studio.env)
        curl = Contender("curl, the bundle", [
            "curl", "-sS", "-f", "--cacert", CERTS + "/ca-certificates.crt", "-H",
            "Content-Type: application/json", "--data-binary", '{"one":1}', peer.url("/in")],
            studio.env)
        interleave([ours, run, curl], rounds)
        syncs = fsyncs(run.argv, run.env, folder)
    table("H7  a small POST over HTTPS", [ours, run, curl])
    ratio("wall of the POST alone vs curl", ours, curl, 0.35)
    if syncs is not None:
        bare = (median_ms(run) - syncs * fsync_ms(folder)) / median_ms(curl)
        print(f"  a whole run with its query and ledger, without its {syncs} fsyncs: {bare:.3f}")


if __name__ == "__main__":
    if os.environ.get("DPSTUDIO_BENCH_INSIDE") is None:
        os.environ["DPSTUDIO_BENCH_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])
    main(*(int(a) for a in sys.argv[1:]))

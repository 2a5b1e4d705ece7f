#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Real database servers for tests: PostgreSQL, MariaDB, ClickHouse.

Each listens on a free port of 127.0.0.1, keeps its files in a new directory under
$TMPDIR, and ends with the process that started it (also when that is killed).

From Python (tests/integration/test_x):

    import servers
    with servers.postgres() as pg:
        pg.sql("CREATE TABLE t (id int)")
        subprocess.run([program, ...], env=dict(os.environ, **pg.env))

From sh: the command runs with the servers up, then they stop; its exit status is
this script's:

    tests/integration/servers.py postgres mariadb -- sh -c 'echo "$DPSTUDIO_TEST_PG"'

A server's `env` (and the command's environment) holds its settings as words in the
form that `dpstudio source add NAME --kind K …` takes:

    DPSTUDIO_TEST_PG          host= port= database= user=        kind postgres
    DPSTUDIO_TEST_MYSQL       host= port= database= user=        kind mysql
    DPSTUDIO_TEST_CLICKHOUSE  url= database= user=               kind clickhouse

That user may do everything and has no password. A second user, `reader`, has the
password `reader-secret` and may only read; in PostgreSQL it logs in with SCRAM.
`tls=True` (word `postgres+tls`, `mariadb+tls`) adds TLS with a certificate for
localhost and 127.0.0.1, whose file is `ca` and DPSTUDIO_TEST_CA. `missing()` names
the server programs that are not installed, for a line `skip NAME: reason`.
"""

import atexit
import contextlib
import ctypes
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

START_SECONDS = 40
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class StartFailed(Exception):
    pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def make_certificate(directory):
    """A key and a self-signed certificate for localhost; returns (key, certificate)."""
    key, cert = os.path.join(directory, "key.pem"), os.path.join(directory, "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
         "-out", cert, "-days", "30", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.chmod(key, 0o600)
    return key, cert


class Server:
    """A running server. Use as a context manager or call stop()."""

    stop_signal = signal.SIGTERM
    name = ""

    def __init__(self, tls=False):
        self.port = free_port()
        self.host = "127.0.0.1"
        self.tls = tls
        self.ca = None
        self.process = None
        self.account = None
        self.directory = tempfile.mkdtemp(prefix="dpt-%s." % self.name)
        atexit.register(self.stop)
        try:
            if tls:
                self.key, self.ca = make_certificate(self.directory)
            self.prepare()
            self.log = open(os.path.join(self.directory, "out"), "wb")
            self.process = subprocess.Popen(
                self.command(), cwd=self.directory, stdin=subprocess.DEVNULL,
                stdout=self.log, stderr=self.log, preexec_fn=self.become)
            self.wait_ready()
            self.finish()
        except BaseException:
            self.stop()
            raise

    def become(self):
        """In the child: the server's account, and an end with its parent."""
        if self.account:
            os.initgroups(self.account.pw_name, self.account.pw_gid)
            os.setgid(self.account.pw_gid)
            os.setuid(self.account.pw_uid)
        LIBC.prctl(PR_SET_PDEATHSIG, self.stop_signal)

    def run(self, command, **more):
        return subprocess.run(command, cwd=self.directory, check=True, stdin=subprocess.DEVNULL,
                              preexec_fn=self.become, **more)

    def wait_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self.is_ready():
                return
            time.sleep(0.05)
        with open(os.path.join(self.directory, "out"), errors="replace") as f:
            raise StartFailed("%s did not start:\n%s" % (self.name, f.read()[-2000:]))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
        atexit.unregister(self.stop)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # What a kind of server fills in.
    def prepare(self):
        pass

    def command(self):
        raise NotImplementedError

    def is_ready(self):
        raise NotImplementedError

    def finish(self):
        pass


class Postgres(Server):
    name = "postgres"
    stop_signal = signal.SIGQUIT
    user, database = "tester", "postgres"

    @staticmethod
    def bin():
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        return found[-1] if found else "/nonexistent"

    def prepare(self):
        if os.geteuid() == 0:
            self.account = pwd.getpwnam("postgres")
            for path in [self.directory] + glob.glob(self.directory + "/*"):
                os.chown(path, self.account.pw_uid, self.account.pw_gid)
        self.data = os.path.join(self.directory, "data")
        self.run([self.bin() + "/initdb", "-D", self.data, "-U", self.user, "-A", "trust",
                  "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                 stdout=subprocess.DEVNULL)
        with open(self.data + "/pg_hba.conf", "w") as f:
            f.write("local all all trust\n"
                    "host all reader 127.0.0.0/8 scram-sha-256\n"
                    "host all all 127.0.0.0/8 trust\n")

    def command(self):
        addresses = "127.0.0.1,127.0.0.2" if self.tls else "127.0.0.1"
        settings = ["listen_addresses=" + addresses, "fsync=off", "full_page_writes=off",
                    "shared_buffers=16MB", "max_connections=30", "log_min_messages=fatal",
                    "log_min_error_statement=panic"]
        if self.tls:
            settings += ["ssl=on", "ssl_cert_file=" + self.ca, "ssl_key_file=" + self.key]
        words = [self.bin() + "/postgres", "-D", self.data, "-k", self.directory,
                 "-p", str(self.port)]
        for s in settings:
            words += ["-c", s]
        return words

    def is_ready(self):
        return subprocess.run([self.bin() + "/pg_isready", "-q", "-h", "127.0.0.1",
                               "-p", str(self.port)]).returncode == 0

    def finish(self):
        self.sql("CREATE ROLE reader LOGIN PASSWORD 'reader-secret';"
                 "GRANT pg_read_all_data TO reader")
        self.env = {"DPSTUDIO_TEST_PG": "host=127.0.0.1 port=%d database=%s user=%s"
                                        % (self.port, self.database, self.user)}
        if self.tls:
            self.env["DPSTUDIO_TEST_CA"] = self.ca

    def sql(self, text, database=None):
        """Runs statements; returns rows, fields joined by '|'."""
        done = subprocess.run(
            [self.bin() + "/psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1",
             "-h", self.directory, "-p", str(self.port), "-U", self.user,
             "-d", database or self.database, "-f", "-"],
            input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


class Mariadb(Server):
    name = "mariadb"
    user, database = "tester", "test"

    def prepare(self):
        root = ["--user=root"] if os.geteuid() == 0 else []
        self.data = os.path.join(self.directory, "data")
        self.run(["mariadb-install-db", "--no-defaults", "--datadir=" + self.data,
                  "--auth-root-authentication-method=normal", "--skip-test-db",
                  "--innodb-log-file-size=8M"] + root,
                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.root = root

    def command(self):
        words = ["mariadbd", "--no-defaults", "--datadir=" + self.data,
                 "--socket=" + self.directory + "/s", "--pid-file=" + self.directory + "/pid",
                 "--bind-address=127.0.0.1" + (",127.0.0.2" if self.tls else ""),
                 "--port=%d" % self.port,
                 "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M",
                 "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin",
                 "--performance-schema=OFF", "--skip-name-resolve", "--character-set-server=utf8mb4"] + self.root
        if self.tls:
            words += ["--ssl-cert=" + self.ca, "--ssl-key=" + self.key]
        return words

    def client(self, *more):
        return ["mariadb", "--no-defaults", "-S", self.directory + "/s", "-uroot",
                "--default-character-set=utf8mb4", "-N", "-B"] + list(more)

    def is_ready(self):
        return subprocess.run(self.client("-e", "SELECT 1"), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def finish(self):
        self.sql("CREATE DATABASE %s; CREATE USER tester@'127.0.0.%%';"
                 "GRANT ALL ON *.* TO tester@'127.0.0.%%';"
                 "CREATE USER reader@'127.0.0.%%' IDENTIFIED BY 'reader-secret';"
                 "GRANT SELECT ON *.* TO reader@'127.0.0.%%'" % self.database, database="mysql")
        self.env = {"DPSTUDIO_TEST_MYSQL": "host=127.0.0.1 port=%d database=%s user=%s"
                                           % (self.port, self.database, self.user)}
        if self.tls:
            self.env["DPSTUDIO_TEST_CA"] = self.ca

    def sql(self, text, database=None):
        """Runs statements; returns rows, fields joined by tabs."""
        done = subprocess.run(self.client(database or self.database), input=text, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


CLICKHOUSE_CONFIG = """<yandex>
<logger><level>warning</level><log>{d}/log</log><errorlog>{d}/errlog</errorlog></logger>
<http_port>{port}</http_port><tcp_port>{tcp}</tcp_port><listen_host>127.0.0.1</listen_host>
<max_connections>64</max_connections><keep_alive_timeout>3</keep_alive_timeout>
<uncompressed_cache_size>8388608</uncompressed_cache_size>
<mark_cache_size>8388608</mark_cache_size>
<path>{d}/data/</path><tmp_path>{d}/tmp/</tmp_path>
<user_files_path>{d}/files/</user_files_path><format_schema_path>{d}/fs/</format_schema_path>
<users_config>users.xml</users_config><default_profile>default</default_profile>
<default_database>default</default_database><timezone>UTC</timezone>
<mlock_executable>false</mlock_executable>
</yandex>
"""
CLICKHOUSE_USER = ("<{0}><password>{1}</password><networks><ip>127.0.0.1</ip></networks>"
                   "<profile>{2}</profile><quota>default</quota></{0}>")
CLICKHOUSE_USERS = (
    "<yandex><profiles><default></default><ro><readonly>1</readonly></ro></profiles>"
    "<quotas><default><interval><duration>3600</duration><queries>0</queries>"
    "<errors>0</errors><result_rows>0</result_rows><read_rows>0</read_rows>"
    "<execution_time>0</execution_time></interval></default></quotas><users>"
    + CLICKHOUSE_USER.format("default", "", "default")
    + CLICKHOUSE_USER.format("reader", "reader-secret", "ro")
    + "</users></yandex>\n")


class Clickhouse(Server):
    name = "clickhouse"
    user, database = "default", "default"

    def prepare(self):
        for d in "data", "tmp", "files", "fs":
            os.mkdir(os.path.join(self.directory, d))
        with open(self.directory + "/config.xml", "w") as f:
            f.write(CLICKHOUSE_CONFIG.format(d=self.directory, port=self.port, tcp=free_port()))
        with open(self.directory + "/users.xml", "w") as f:
            f.write(CLICKHOUSE_USERS)
        self.url = "http://127.0.0.1:%d" % self.port

    def command(self):
        return ["/usr/sbin/clickhouse-server", "--config-file=" + self.directory + "/config.xml"]

    def is_ready(self):
        try:
            return urllib.request.urlopen(self.url + "/ping", timeout=2).read() == b"Ok.\n"
        except OSError:
            return False

    def finish(self):
        self.env = {"DPSTUDIO_TEST_CLICKHOUSE": "url=%s database=%s user=%s"
                                                % (self.url, self.database, self.user)}

    def sql(self, text):
        """Runs one statement; returns rows, fields joined by tabs."""
        try:
            request = urllib.request.Request(self.url + "/", data=text.encode())
            return urllib.request.urlopen(request, timeout=60).read().decode().strip()
        except urllib.error.HTTPError as e:
            raise RuntimeError(e.read().decode(errors="replace")) from e


KINDS = {"postgres": Postgres, "mariadb": Mariadb, "clickhouse": Clickhouse}
PROGRAMS = {"postgres": lambda: Postgres.bin() + "/postgres", "mariadb": lambda: "mariadbd",
            "clickhouse": lambda: "/usr/sbin/clickhouse-server"}


def missing(*kinds):
    """Names of those whose server is not installed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [k for k in kinds if not shutil.which(PROGRAMS[k](), path=path)]


def postgres(tls=False):
    return Postgres(tls)


def mariadb(tls=False):
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return Mariadb(tls)


def clickhouse():
    return Clickhouse()


START = {"postgres": postgres, "mariadb": mariadb, "clickhouse": lambda tls=False: clickhouse()}


def run_unit(name, env):
    """Runs a unit test of the sanitizer build with a server in its environment and
    prints its lines as `ok NAME`, `not ok NAME`; a skipped one counts as failed, for
    the server is there. Returns an exit status."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    leaks = "suppressions=%s/tests/lsan.supp:print_suppressions=0" % root
    done = subprocess.run(
        [os.path.join(root, "build/san/tests", name)], text=True, errors="replace",
        env=dict({"LSAN_OPTIONS": leaks}, CMOCKA_MESSAGE_OUTPUT="TAP",
                 **dict(os.environ, **env)),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    failed = done.returncode != 0
    for line in done.stdout.splitlines():
        found = re.match(r"(not )?ok \d+ - (\S+)(.*# SKIP)?", line)
        if not found:
            print(line)
            continue
        bad = found.group(1) or found.group(3)
        failed = failed or bool(bad)
        print("%sok %s on a server" % ("not " if bad else "", found.group(2)))
    if done.returncode:
        print("not ok %s ended with status %d" % (name, done.returncode))
    return 1 if failed else 0


def stop_on_signals():
    """So that SIGTERM and SIGHUP leave through the context managers."""
    def leave(number, _frame):
        sys.exit(128 + number)
    for s in signal.SIGTERM, signal.SIGHUP:
        signal.signal(s, leave)


def main(words):
    if "--" not in words or not words[words.index("--") + 1:]:
        sys.exit("usage: servers.py postgres[+tls]|mariadb[+tls]|clickhouse … -- COMMAND …")
    kinds, command = words[:words.index("--")], words[words.index("--") + 1:]
    stop_on_signals()
    with contextlib.ExitStack() as stack:
        env = dict(os.environ)
        for word in kinds:
            kind, _, more = word.partition("+")
            if kind not in START:
                sys.exit("no server kind '%s'" % kind)
            env.update(stack.enter_context(START[kind](tls=more == "tls")).env)
        return subprocess.run(command, env=env).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

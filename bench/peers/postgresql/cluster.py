"""A PostgreSQL server of our own: a fresh cluster in a temporary folder, reachable through a Unix socket in it only,
stopped and removed at the end. Durable as a payments system must be, and tuned for this load."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from side_by_side import Unusable, Wrong, output_of

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
START_SECONDS_MAX = 60  # a fresh cluster starts within one

SETTINGS = {
    # Durable: a transaction that has been answered survives the power going off.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_sync_method": "open_datasync",  # past the page cache, as our log; a little faster here than the default
    # Tuned: nothing is replicated, the data stays in memory, and no checkpoint falls into a measurement.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "1GB",
    "wal_buffers": "64MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "work_mem": "64MB",
    "jit": "off",
    "max_connections": "40",
}


class Cluster:
    """Use it in a `with` statement."""

    def __init__(self):
        if not (PROGRAMS / "pgbench").exists():
            raise Unusable("PostgreSQL 15 is not installed: tools/install --peers")
        place = tempfile.gettempdir()
        if output_of(["stat", "--file-system", "--format=%T", place]).strip() in ("tmpfs", "ramfs"):
            raise Unusable(f"{place} is in memory, where nothing is durable: set TMPDIR to a folder on a disk")
        self.folder = Path(tempfile.mkdtemp(prefix="clearspan-peer-"))
        self.user = {}  # PostgreSQL refuses to run as root
        if os.getuid() == 0:
            self.user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        self.server = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)  # "fast shutdown": connections are cut
            self.server.wait()
        shutil.rmtree(self.folder)

    def _start(self):
        data = self.folder / "data"
        self.program("initdb", "--pgdata", data, "--auth=trust", "--no-locale", "--encoding=UTF8",
                     "--username=postgres", "--no-sync", "--no-instructions")
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            for name, value in SETTINGS.items():
                file.write(f"{name} = '{value}'\n")
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\n")
        with open(self.folder / "server.log", "wb") as log:
            # Should this process be killed, the server stops as well.
            self.server = subprocess.Popen(["setpriv", "--pdeathsig", "INT", PROGRAMS / "postgres", "-D", data],
                                           stdout=log, stderr=log, cwd=self.folder, **self.user)
        deadline = time.monotonic() + START_SECONDS_MAX
        while self._call("pg_isready", "--host", self.folder).returncode != 0:
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise Unusable("PostgreSQL does not start:\n" + (self.folder / "server.log").read_text())
            time.sleep(0.05)

    def _call(self, name, *words, text=None):
        # The connection comes from the environment, so that it is the same for psql and pgbench.
        environment = os.environ | {"PGHOST": str(self.folder), "PGUSER": "postgres", "PGDATABASE": "postgres",
                                    "LC_ALL": "C"}
        return subprocess.run([str(PROGRAMS / name), *map(str, words)], input=text, capture_output=True, text=True,
                              cwd=self.folder, env=environment, check=False, **self.user)

    def program(self, name, *words, text=None):
        """Runs a program of PostgreSQL and returns what it prints."""
        done = self._call(name, *words, text=text)
        if done.returncode != 0:
            raise Wrong(f"{name}: {done.stderr.strip()}")
        return done.stdout

    def sql(self, text, **variables):
        """Runs SQL with psql; returns the rows as lists of texts."""
        assignments = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        out = self.program("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *assignments, text=text)
        return [line.split("|") for line in out.splitlines()]

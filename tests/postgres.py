"""A PostgreSQL server of the tests' own, as Debian's package `postgresql` brings it."""

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_SCHEMAS = itertools.count(1)


class Server:
    """A server that listens on a socket in a directory of its own."""

    def __init__(self, directory, programs):
        self.directory = directory
        self._programs = programs
        self._user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self._user:
            shutil.chown(directory, "postgres", "postgres")
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C")
        access = directory / "data" / "pg_hba.conf"
        access.write_text("local all guarded scram-sha-256\n" + access.read_text())

    def start(self):
        """Starts it, and waits until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.directory}'"
        self._run("pg_ctl", "--wait", f"--options={options}", f"--log={self.directory}/log", "start")

    def stop(self):
        """Stops it at once, as a crash would."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def url(self, schema, user="postgres"):
        """The URL of an index."""
        return f"postgresql://{user}@/postgres?host={self.directory}&schema={schema}"

    def connect(self):
        """A connection that an index knows nothing of; every statement is committed."""
        import psycopg

        return psycopg.connect(f"postgresql://postgres@/postgres?host={self.directory}", autocommit=True)

    def _run(self, program, *arguments):
        subprocess.run(
            [self._programs / program, f"--pgdata={self.directory}/data", *arguments],
            check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **self._user,
        )  # fmt: skip


def _programs():
    """Where the server's programs are, the newest; skips where there are none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    return found[0]


@pytest.fixture(scope="session")
def postgres():
    """A running server."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="dedup-", dir="/tmp") as directory:  # the path of a socket is short
        server = Server(Path(directory), programs)
        server.start()
        yield server
        with contextlib.suppress(subprocess.CalledProcessError):
            server.stop()


@pytest.fixture
def postgres_url(postgres):
    """The URL of an index that is not there yet."""
    schema = f"tin_{next(_SCHEMAS)}"
    yield postgres.url(schema)
    with postgres.connect() as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")

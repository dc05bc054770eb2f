"""Where the MLflow store is, and what surrounds it; nothing here imports mlflow."""

import hashlib
import os
import re
import socket
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from passage.base import files, paths
from passage.base.errors import Unreachable

SQLITE = "sqlite:///"
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
RUN_ID = re.compile("[0-9a-f]{32}")
SERVERS = ("http", "https", "postgresql", "mysql", "mssql", "databricks")
PATIENCE = 5.0  # seconds that a database which another program has locked is waited for, as MLflow does


@dataclass(frozen=True)
class Store:
    """A store by its URI, seen from the root of the repository whose runs it holds."""

    uri: str
    root: Path

    @property
    def database(self) -> Path | None:
        """The SQLite file, where it is one."""
        return Path(self.uri.removeprefix(SQLITE).partition("?")[0]) if self.uri.startswith(SQLITE) else None

    @property
    def artifacts(self) -> str | None:
        """Where the artifacts of a new experiment go: mlruns/ beside a database; a server knows itself (None)."""
        if self.uri.startswith("http"):
            return None
        return ((self.database.parent if self.database else self.root) / "mlruns").as_uri()

    @property
    def lock(self) -> Path:
        """The file that whoever tracks holds locked: beside a database, since other clones may use that, too."""
        return self.database.with_name(f"{self.database.name}.lock") if self.database else self.root / "mlruns/.lock"

    @property
    def shown(self) -> str:
        """The URI without its secrets, for messages."""
        return without_secrets(self.uri)

    @property
    def writer(self) -> str:
        """A name for this clone on this machine, by which it knows again what it began; it tells nothing of either.

        Machines of one name have clones of one path: a word of its own tells it from those. Its copies have that, too.
        """
        own = files.token(self.root / "mlflow.db.writer")
        return hashlib.sha256(f"{socket.gethostname()}:{self.root}:{own}".encode()).hexdigest()[:16]


def without_secrets(uri: str) -> str:
    """Return a URI without user, password, query and fragment; where it can be read in two ways, its scheme alone.

    A password that is not written as a URI wants it may hold any of / ? # @.
    """
    scheme, slashes, rest = uri.partition("://")
    if not slashes or not SCHEME.fullmatch(scheme):  # the slashes may be a password's
        return "..." if "@" in uri else re.split(r"[?#]", uri)[0]
    plain = re.split(r"[?#]", rest)[0]
    if scheme == "sqlite":  # a path, in which nobody logs in
        return f"{scheme}://{plain}"
    host, slash, path = plain.partition("/")
    if "@" in path or "@" in rest[len(plain) :]:
        return f"{scheme}://..."
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def locate(uri: str | None, root: Path) -> Store:
    """Return the store at `uri`, or mlflow.db in `root`; a relative SQLite path is seen from `root`.

    root: of the main repository, which outlives DVC's temporary copies. Raises Unreachable for what is no store.
    """
    if not uri:
        return Store(f"{SQLITE}{root / 'mlflow.db'}", root)
    if uri.startswith(SQLITE):
        return Store(f"{SQLITE}{root / uri.removeprefix(SQLITE)}", root)
    parts = urlsplit(uri)
    if parts.scheme.partition("+")[0] not in SERVERS or (parts.scheme.startswith("http") and not parts.netloc):
        raise Unreachable(
            f'MLFLOW_TRACKING_URI is "{Store(uri, root).shown}", but it must be the http:// or https:// address of a '
            "server, or a database as sqlite:///path.db or postgresql://...; without it, the store is mlflow.db"
        )
    return Store(uri, root)


def here() -> Store:
    """Return the store of the repository that the user works in."""
    return locate(os.environ.get("MLFLOW_TRACKING_URI"), paths.main_repository())


def probe(database: Path) -> None:
    """Raise OSError or sqlite3.Error with the plain reason where nobody can write to `database`.

    MLflow itself would try a file that cannot be opened for 102 seconds, and make the folder of a disk that is away.
    """
    if not database.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {database.parent}; is its disk there?")
    if database.exists():
        with closing(sqlite3.connect(database, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")

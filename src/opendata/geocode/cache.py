"""What was found for an address is kept: an unchanged address is not sought twice.

One SQLite file in ``data/state/geocode``. A key holds everything an answer follows from, so that
a run with the cache and one without it give the same bytes. An address that was not found is
asked again after some days; one that the network kept from being asked is never written down.
The file can be deleted at any time, and one that is damaged is replaced.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

#: How long an answer is kept, and an address that was not found (days).
KEPT_DAYS, NOT_FOUND_DAYS = 400, 7
_WAIT_S = 30.0
#: SQLite takes so many values in one question at least.
_AT_ONCE = 500

_TABLE = """
    CREATE TABLE IF NOT EXISTS answers
    (key BLOB PRIMARY KEY, answer TEXT NOT NULL, expires TEXT NOT NULL) WITHOUT ROWID
"""

Answer = Mapping[str, Any]


class Cache:
    """Answers by key; ``today`` decides what has expired."""

    def __init__(self, path: Path, today: date) -> None:
        self._path = path
        self._today = today

    def known(self, keys: Iterable[str]) -> dict[str, Answer]:
        """The answers that are there, for those of the keys that have one."""
        by_digest = {_digest(key): key for key in keys}
        digests = list(by_digest)
        found: dict[str, Answer] = {}
        with self._open() as database:
            if database is None:
                return {}
            for start in range(0, len(digests), _AT_ONCE):
                part = digests[start : start + _AT_ONCE]
                marks = ",".join("?" * len(part))
                question = f"SELECT key, answer FROM answers WHERE expires > ? AND key IN ({marks})"  # noqa: S608 - only question marks
                for digest, answer in database.execute(question, [str(self._today), *part]):
                    with contextlib.suppress(ValueError):
                        found[by_digest[digest]] = json.loads(answer)
        return found

    def keep(self, answers: Mapping[str, Answer], *, found: Mapping[str, bool]) -> None:
        """Write answers down; ``found`` says of each key whether it is one worth keeping long."""
        with self._open() as database:
            if database is None:
                return
            database.execute("DELETE FROM answers WHERE expires <= ?", [str(self._today)])
            database.executemany(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
                [
                    (_digest(key), json.dumps(answer), str(self._expires(found[key])))
                    for key, answer in answers.items()
                ],
            )

    def _expires(self, found: bool) -> date:
        return self._today + timedelta(days=KEPT_DAYS if found else NOT_FOUND_DAYS)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """The database; None when the disk does not let us: a run goes on without its cache."""
        database = None
        try:
            database = self._connected()
            with database:
                yield database
        except sqlite3.DatabaseError as problem:
            if database is None:
                yield None
            elif not isinstance(problem, sqlite3.OperationalError) or "column" in str(problem):
                # Spoilt inside, or of another form: the next run makes a new one.
                self._path.unlink(missing_ok=True)
        finally:
            if database is not None:
                database.close()

    def _connected(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)
            return _connect(self._path)


def _connect(path: Path) -> sqlite3.Connection:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=_WAIT_S)
    try:
        database.execute(_TABLE)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _digest(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=16).digest()

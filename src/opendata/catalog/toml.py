"""One TOML file of the catalogue, and the sentences that say what is wrong in it."""

import datetime
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from opendata.errors import CatalogError
from opendata.nearest import closest

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
#: What a TOML text may not hold as it is; lone surrogates have no escape at all.
_UNPRINTABLE = re.compile('["\\\\\x00-\x1f\x7f]')
SURROGATE = re.compile("[\ud800-\udfff]")

#: What a key may hold: one type, or several.
Kinds = Mapping[str, type | tuple[type, ...]]

_TYPE_NAMES = {
    str: ("un texte", "a text"),
    bool: ("true ou false", "true or false"),
    int: ("un nombre entier", "a whole number"),
    float: ("un nombre", "a number"),
    list: ("une liste", "a list"),
    dict: ("une table", "a table"),
    datetime.date: ("une date", "a date"),
}


class TomlFile:
    """One parsed file, and the sentences about it.

    ``raw`` are the bytes the file is about to hold, when they are to be judged first.
    """

    def __init__(self, path: Path, catalog: Path, raw: bytes | None = None) -> None:
        self.path = path
        self.name = f"{catalog.name}/{path.parent.name}/{path.name}"
        raw = path.read_bytes() if raw is None else raw
        self.fingerprint = hashlib.sha256(raw).hexdigest()
        try:
            self.data: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise CatalogError(
                "toml_illisible",
                fr=f"{self.name} n'est pas un fichier TOML valable ({problem}) : "
                "corrigez-le à cet endroit.",
                en=f"{self.name} is not a valid TOML file ({problem}): correct it there.",
            ) from problem

    def wrong(self, code: str, fr: str, en: str) -> CatalogError:
        return CatalogError(code, fr=f"{self.name} : {fr}", en=f"{self.name}: {en}")

    def not_allowed(
        self,
        key: str,
        value: object,
        allowed: Iterable[str],
        titles: Mapping[str, str] | None = None,
    ) -> CatalogError:
        """The refusal of a value; ``titles`` are what people write for it (title -> value)."""
        fr, en = nearest(str(value), allowed, titles)
        return self.wrong(
            "valeur_inconnue",
            f"« {key} » vaut « {value} », qui n'est pas admis ; {fr}.",
            f"“{key}” is “{value}”, which is not allowed; {en}.",
        )

    def check_keys(
        self,
        table: Mapping[str, Any],
        known: Kinds,
        where: str = "",
    ) -> None:
        """Refuse the first key that is unknown or whose value has the wrong kind."""
        for key, value in table.items():
            full = f"{where}.{key}" if where else key
            if key not in known:
                fr, en = nearest(key, known)
                raise self.wrong(
                    "cle_inconnue",
                    f"la clé « {full} » (valeur « {short(value)} ») est inconnue ; {fr}.",
                    f"the key “{full}” (value “{short(value)}”) is unknown; {en}.",
                )
            kinds = known[key] if isinstance(known[key], tuple) else (known[key],)
            fits = any(
                isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
                for kind in kinds  # type: ignore[union-attr]
            )
            if not fits:
                fr, en = _TYPE_NAMES[kinds[0]]  # type: ignore[index]
                raise self.wrong(
                    "type_inattendu",
                    f"« {full} » vaut « {short(value)} », or c'est {fr} qui est attendu.",
                    f"“{full}” is “{short(value)}”, but {en} is expected.",
                )

    def section(self, name: str, known: Kinds) -> Mapping[str, Any]:
        table: Mapping[str, Any] = self.data.get(name, {})
        self.check_keys(table, known, name)
        return table

    def entries(self, name: str, known: Kinds) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The tables ``[[name]]`` in the order of the file, each after what sentences call it."""
        for number, entry in enumerate(self.data.get(name, ()), start=1):
            where = f"{name} {number}"
            self.check_keys({where: entry}, {where: dict})
            self.check_keys(entry, known, where)
            yield where, entry

    def require(self, table: Mapping[str, Any], key: str, where: str = "") -> Any:
        value = table.get(key)
        if value in (None, "", [], {}):
            full = f"{where}.{key}" if where else key
            raise self.wrong(
                "cle_absente",
                f"la clé « {full} » manque ou est vide : renseignez-la.",
                f"the key “{full}” is missing or empty: fill it in.",
            )
        return value

    def day(self, given: str | datetime.date, where: str) -> str:
        """A day, ISO, from a TOML date (its time of day dropped) or an ISO text."""
        if isinstance(given, datetime.datetime):
            return given.date().isoformat()
        try:
            return datetime.date.fromisoformat(str(given).strip()).isoformat()
        except ValueError:
            raise self.wrong(
                "date_illisible",
                f"« {where} » vaut « {given} », or une date s'écrit année-mois-jour "
                "(exemple : 2026-11-23).",
                f"“{where}” is “{given}”, but a date is written year-month-day "
                "(for example 2026-11-23).",
            ) from None

    def texts(self, values: Iterable[Any], where: str) -> tuple[str, ...]:
        for value in values:
            if not isinstance(value, str):
                raise self.wrong(
                    "type_inattendu",
                    f"« {where} » contient « {short(value)} », or ce sont des textes "
                    "(entre guillemets) qui sont attendus.",
                    f"“{where}” holds “{short(value)}”, but texts (in quotes) are expected.",
                )
        return tuple(values)


def short(value: object) -> str:
    """A value as it is shown in a sentence: at most 80 characters."""
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def nearest(
    value: str, allowed: Iterable[str], titles: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """What is allowed, the nearest first, as the end of a sentence (French, English)."""
    names = list(allowed)
    near = closest(value, names, titles, cutoff=0.5)
    listed = ", ".join(names[:25]) + ("…" if len(names) > 25 else "")
    if near:
        return (
            f"le plus proche est « {near} » (admis : {listed})",
            f"the nearest is “{near}” (allowed: {listed})",
        )
    return f"admis : {listed}", f"allowed: {listed}"


def quoted(text: str) -> str:
    """``text`` as a TOML string on one line; a lone surrogate becomes U+FFFD."""

    def escape(found: re.Match[str]) -> str:
        sign = found.group()
        return _SHORT_ESCAPES.get(sign) or f"\\u{ord(sign):04x}"

    return '"' + _UNPRINTABLE.sub(escape, SURROGATE.sub("\ufffd", text)) + '"'

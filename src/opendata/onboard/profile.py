"""What a file nobody described yet is made of: its layout, and what each column holds.

"Looks like a telephone number" means that the normaliser of telephone numbers accepts it:
what is recognised here is what the pipeline will be able to publish.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from opendata.model import Fetch
from opendata.normalise import dates, email, hours, identifiers, insee, personal, phone, postcode
from opendata.normalise import url as web
from opendata.normalise.closed_list import cleaner
from opendata.normalise.coordinates import FRANCE, LAMBERT_93
from opendata.normalise.text import is_placeholder
from opendata.read import read
from opendata.read.base import HEAD_BYTES, Issues, decode, head_text
from opendata.schema import fields, fold

#: Rows looked at, spread over the whole file; a file's habits show long before.
SAMPLE_ROWS = 20_000
#: Distinct values of a column that are put to the recognisers.
TRIED = 250
#: Those of them that are put to the recognisers of closed lists.
FREQUENT = 40
#: A column of no more distinct values than this is a list of words, shown whole.
FEW = 60

#: Formats a date column may be written in, the most usual first (strptime).
DATE_FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S.%f", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y",
    "%Y%m%d", "%m/%d/%Y", "%m/%d/%Y %H:%M:%S",
)  # fmt: skip

_YES = frozenset({"oui", "yes", "true", "vrai", "x", "1", "o", "y", "ok"})
_NO = frozenset({"non", "no", "false", "faux", "0", "n", "limited"})
_TIME = re.compile(r"\b\d{1,2} ?(?:h|:|heures?)(?: ?\d{2})?\b|\bmidi\b", re.I)
_DAY = re.compile(
    r"\b(?:lun|mar|mer|jeu|ven|sam|dim)(?:di|credi|dredi|anche|edi)?s?\b|tous les jours", re.I
)
_OSM_DAY = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)\b")
_CLOSED = frozenset({"ferme", "fermee", "sur rendez vous", "sur rdv", "non"})
_DEPARTEMENT = re.compile(r"0?[1-9]|[1-8][0-9]|9[0-5]|2[ABab]|97[1-8]|98[678]")
_HOUSE_NUMBER = re.compile(
    r"\d{1,4}(?:\.0)? ?(?:bis|ter|quater|[a-dA-D])?(?: ?(?:[-/,&]|à|et) ?\d{1,4} ?(?:bis|ter)?)*",
    re.I,
)
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
_PAIR = re.compile(r"[\[(]?\s*([+-]?\d{1,3}\.\d+)\s*([,;| ])\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[\])]?")
#: A number with decimals, alone or first of two; ``0261914598.0`` is a telephone number.
_DECIMALS = re.compile(r"[\[(]?[+-]?(?:\d{1,3}[.,]\d{3,}|\d+[.,](?!0$)\d+$)")
_CIVILITY = re.compile(r"\b(?:mme|mlle|monsieur|madame)\b")
#: A column of these is no column of words: closed lists are not looked for in it.
_SETTLES = frozenset(
    (
        *("code_postal", "code_insee", "commune", "identifiant", "siren", "telephone", "courriel"),
        *("url", "date", "nombre", "horaires_osm", "horaires_semaine", "horaires_jour", "drapeau"),
    )
)
#: Parts of addresses that name no file.
_GENERIC = frozenset(
    (
        *("api", "csv", "data", "dataset", "download", "entries", "export", "exports", "file"),
        *("files", "fiches", "geojson", "json", "latest", "liste", "records", "resource"),
        *("resources", "search", "xlsx", "zip"),
    )
)


@dataclass(frozen=True)
class Column:
    """One column: how full it is, and which share of its filled cells each kind accepts.

    ``filled`` is the share of rows that say something (placeholders say nothing),
    ``unique`` whether every row of the file has a value of its own. ``counts`` are the
    values and their number of rows, the most frequent first: all of them when
    ``distinct`` is at most :data:`FEW`, else some. ``kinds`` are shares from 0 to 1,
    closed lists under ``liste:<name>``; ``separator`` is that of a pair of coordinates.
    """

    name: str
    position: int
    filled: float
    distinct: int
    unique: bool
    counts: Mapping[str, int]
    kinds: Mapping[str, float]
    length: float
    date_format: str = ""
    separator: str = ""

    def share(self, *names: str) -> float:
        """The greatest share among the kinds named."""
        return max((self.kinds.get(name, 0.0) for name in names), default=0.0)

    @property
    def constant(self) -> bool:
        return self.distinct == 1 and self.filled > 0.99


@dataclass(frozen=True)
class Profile:
    """A file as it was read: ``layout`` is what [fetch] has to say of it."""

    path: Path
    table: pd.DataFrame
    rows: int
    format: str
    layout: Mapping[str, Any]
    columns: tuple[Column, ...]
    placeholders: tuple[str, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def profile_file(path: Path) -> Profile:
    """Read a file without being told anything of it. Raises ReadError, OSError."""
    options, layout = _layout(path)
    table, _, kind = read(path, options)
    layout = {"format": _format_name(kind, path), **layout, **_afterthoughts(path, kind, table)}
    sample = table
    if len(table) > SAMPLE_ROWS:
        sample = table.iloc[np.linspace(0, len(table) - 1, SAMPLE_ROWS).astype(int)]
    columns = tuple(
        _column(str(label), position, sample[label], table[label])
        for position, label in enumerate(table.columns)
    )
    return Profile(path, sample, len(table), kind, layout, columns, _placeholders(sample))


# --- layout ----------------------------------------------------------------------------


def _layout(path: Path) -> tuple[Fetch, dict[str, Any]]:
    """What the readers cannot find alone, as options and as keys of [fetch]."""
    with path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    text = head_text(head).lstrip()
    layout: dict[str, Any] = {}
    if text.startswith(("{", "[")):
        layout = _records(path)
    elif _is_text(head) and not text.startswith("<"):
        layout = _delimited(path)
    return replace(Fetch(), **layout), layout


def _is_text(head: bytes) -> bool:
    return b"\0" not in head.replace(b"\xff\xfe", b"", 1) and not head.startswith(b"PK")


def _records(path: Path) -> dict[str, Any]:
    """The path to the longest list of objects of a JSON document, nothing for GeoJSON."""
    try:
        document = json.loads(decode(path, "", Issues()), strict=False)
    except (ValueError, RecursionError):
        return {}  # JSON lines, or a damaged document: the reader says so
    if isinstance(document, list):
        return {"records": "*"}
    if not isinstance(document, dict) or document.get("type") == "FeatureCollection":
        return {}
    found = sorted(_lists(document), key=lambda pair: -pair[1])
    if found:
        return {"records": f"{found[0][0]}.*"}
    objects = [value for value in document.values() if isinstance(value, dict)]
    return {"records": "*"} if len(objects) > 2 and len(objects) == len(document) else {}


def _lists(value: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    if depth > 3:
        return
    for key, inner in value.items():
        if isinstance(inner, list) and any(isinstance(item, dict) for item in inner):
            yield prefix + key, len(inner)
        elif isinstance(inner, dict):
            yield from _lists(inner, f"{prefix}{key}.", depth + 1)


def _delimited(path: Path) -> dict[str, Any]:
    """The delimiter, and the line of the header where titles stand above it."""
    lines = decode(path, "", Issues()).splitlines(keepends=True)[:200]
    if not lines or lines[0].lower().lstrip('"').startswith("sep="):
        return {}
    best = ""
    records: list[list[str]] = []
    for mark in ";,\t|":
        try:
            cut = list(islice(csv.reader(lines, delimiter=mark), 100))
        except csv.Error:
            continue
        if _width(cut) > _width(records):
            best, records = mark, cut
    width = _width(records)
    if width < 2:
        return {}
    header = next(i for i, record in enumerate(records) if _filled(record) * 2 >= width)
    return {"delimiter": best} | ({"header_row": header + 1} if header else {})


def _width(records: list[list[str]]) -> int:
    """How many cells most records have; 0 for records of one cell."""
    counts = [len(record) for record in records if any(record)]
    usual = max(counts, key=counts.count, default=0)
    return usual if usual > 1 and counts.count(usual) * 2 >= len(counts) else 0


def _filled(record: list[str]) -> int:
    return sum(1 for cell in record if cell.strip())


def _format_name(kind: str, path: Path) -> str:
    # The archive is only the wrapping: what it holds is what a source declares.
    return kind if kind != "csv" or path.suffix.lower() != ".tsv" else "tsv"


def _afterthoughts(path: Path, kind: str, table: pd.DataFrame) -> dict[str, Any]:
    """What is known once the file is read: its encoding, its sheet or layer."""
    if kind == "csv":
        return _encoding(path)
    if kind in ("gpkg", "kml"):
        import pyogrio

        layers = pyogrio.list_layers(path)[:, 0].tolist()
        return {"layer": str(layers[0])} if len(layers) == 1 else {}
    return {}


def _encoding(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"PK", b"\x1f\x8b")):
        return {}
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        issues = Issues()
        decode(path, "", issues)
        # Single stray bytes in a UTF-8 file are mended by the reader, if nothing is declared.
        return {} if len(issues.rows) else {"encoding": "cp1252"}
    return {}


# --- columns ---------------------------------------------------------------------------


def _column(name: str, position: int, cells: pd.Series, whole: pd.Series) -> Column:
    counts = cells.str.strip().value_counts(sort=False)
    counts = counts[[bool(value) and not is_nothing(value) for value in counts.index]]
    counts = counts.sort_values(ascending=False, kind="stable")
    distinct = len(counts)
    filled = float(counts.sum() / len(cells)) if len(cells) else 0.0
    tried = {str(value): int(count) for value, count in _tried(counts).items()}
    total = sum(tried.values()) or 1
    length = sum(len(value) * count for value, count in tried.items()) / total
    pairs, separator = _pairs(tried)
    kinds = {kind: share for kind, share in (_shares(tried) | pairs).items() if share > 0}
    return Column(
        name=name,
        position=position,
        filled=filled,
        distinct=distinct,
        unique=bool((whole != "").all() and whole.is_unique),
        counts=tried,
        kinds=kinds,
        length=length,
        date_format=_date_format(tried) if kinds.get("date", 0) > 0.5 else "",
        separator=separator,
    )


def _tried(counts: pd.Series) -> pd.Series:
    """The most frequent values, and some of the others that stand for all of them."""
    if len(counts) <= TRIED:
        return counts
    first, rest = counts.iloc[: TRIED // 5], counts.iloc[TRIED // 5 :]
    some = rest.iloc[np.linspace(0, len(rest) - 1, TRIED - len(first)).astype(int)]
    scaled: pd.Series = (some * rest.sum() / some.sum()).round()
    together: pd.Series = pd.concat([first, scaled])
    return together


@cache
def is_nothing(value: str) -> bool:
    """Whether a cell says nothing; a lone ``x`` says yes in the box it ticks."""
    # No word for "nothing" is longer, and a number is none: most cells are settled here.
    if len(value) > 24 or value.isdigit():
        return False
    return fold(value) != "x" and is_placeholder(value)


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    """For each kind, the share of cells its recogniser accepts."""
    if not counts:
        return {}
    shares: dict[str, float] = {}
    settled = mostly_words = False
    # Words of lists come back from row to row: a few of the most frequent cells tell them.
    frequent = dict(list(counts.items())[:FREQUENT])
    for kind, accepts in _recognisers().items():
        of_list = kind.startswith("liste:")
        if of_list and (settled or not mostly_words):
            continue
        tried = frequent if of_list else counts
        # The beginning of a long text tells its kind, and costs the recognisers less.
        kept = sum(count for value, count in tried.items() if accepts(value[:250]))
        shares[kind] = kept / sum(tried.values())
        settled = settled or (kind in _SETTLES and shares[kind] >= 0.5)
        mostly_words = mostly_words or (kind == "texte" and shares[kind] >= 0.5)
    return shares


def accepted(cells: pd.Series, kind: str) -> pd.Series:
    """Which cells of a column a kind accepts (boolean, same index)."""
    accepts = _recognisers()[kind]
    outcome = {value: bool(value) and accepts(value) for value in cells.unique()}
    return cells.map(outcome).astype(bool)


@cache
def _recognisers() -> dict[str, Callable[[str], bool]]:
    lists = dict.fromkeys(field.vocabulary for field in fields().values() if field.vocabulary)
    return {
        "code_postal": _is_postcode,
        "code_insee": _is_insee,
        "departement": lambda value: bool(_DEPARTEMENT.fullmatch(value)),
        "commune": _is_commune,
        "identifiant": lambda value: _has_digits(value, 9) and bool(identifiers.clean(value).value),
        "siren": _is_siren,
        "telephone": _is_phone,
        "courriel": lambda value: "@" in value and bool(email.clean(value).value),
        "url": _is_url,
        "adresse_web_entiere": lambda value: bool(re.search(r"https?://|www\.", value)),
        "date": _is_date,
        "nombre": lambda value: bool(_NUMBER.fullmatch(value)),
        "latitude": lambda value: _in_france(value, 0),
        "longitude": lambda value: _in_france(value, 2),
        "lambert_x": lambda value: LAMBERT_93[0] <= _number(value) <= LAMBERT_93[1],
        "lambert_y": lambda value: LAMBERT_93[2] <= _number(value) <= LAMBERT_93[3],
        "horaires_osm": _is_osm,
        "horaires_semaine": lambda value: bool(
            _DAY.search(fold(value)) and _TIME.search(value) and not _is_osm(value)
        ),
        "horaires_jour": lambda value: bool(
            fold(value) in _CLOSED
            or (len(value) < 60 and len(_TIME.findall(value)) >= 2 and not _DAY.search(fold(value)))
        ),
        "drapeau": lambda value: fold(value) in _YES | _NO,
        "numero_voie": lambda value: bool(_HOUSE_NUMBER.fullmatch(value)),
        "personne": is_person,
        "texte": lambda value: len(re.findall(r"[^\W\d_]", value)) >= 3,
        **{f"liste:{name}": _in_list(name) for name in lists},
    }


def _in_list(name: str) -> Callable[[str], bool]:
    clean = cleaner(name)

    def accepts(value: str) -> bool:
        # No term is a sentence, and sentences cost the recognisers of words the most.
        if len(value) >= 200:
            return False
        found = clean(value)
        return bool(found.value) and not found.code

    return accepts


def _has_digits(value: str, least: int) -> bool:
    return sum(map(str.isdigit, value)) >= least


@cache
def _reference() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Postcodes, commune codes and commune names (keys) that exist."""
    from opendata.geocode.gazetteer import load_reference
    from opendata.paths import paths_from_environment

    reference = load_reference(paths_from_environment())
    postcodes = frozenset(reference.by_postcode) | frozenset(reference.arrondissement_by_postcode)
    names = frozenset(name.key for name in reference.names)
    return postcodes, frozenset(reference.today), names


def _is_postcode(value: str) -> bool:
    code = postcode.clean(value).value if _has_digits(value, 4) else ""
    # A CEDEX code is in no list of communes, but begins like the town's own.
    return code in _reference()[0] or bool(re.search(r"cedex", value, re.I) and code)


def _is_insee(value: str) -> bool:
    return _has_digits(value, 4) and insee.clean(value).value in _reference()[1]


def _is_commune(value: str) -> bool:
    from opendata.geocode.names import stated_name

    return len(value) < 60 and stated_name(value).key in _reference()[2]


def _is_phone(value: str) -> bool:
    # « 48.856614, 2.352222 » and « 05/05/2021 14:29:42 » have the digits of a number too.
    if len(value) >= 80 or not _has_digits(value, 6):
        return False
    if _DECIMALS.match(value) or _is_date(value):
        return False
    return bool(phone.clean(value).value)


def _is_siren(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return len(digits) == 9 and identifiers.clean(digits).code in ("", "siren_sans_etablissement")


def _is_url(value: str) -> bool:
    """Whether most of a cell is a web address: a sentence that quotes one is a sentence."""
    if "." not in value or "@" in value:
        return False
    found = web.clean(value)
    return bool(found.value) and 3 * len(found.detail) <= len(value)


def _is_date(value: str) -> bool:
    # Bare numbers are dates to a spreadsheet only: a postcode or a count may be one too.
    compact = re.fullmatch(r"(?:19|20)\d{6}", value)
    return bool((compact or not _NUMBER.fullmatch(value)) and dates.clean(value).value)


def _date_format(counts: Mapping[str, int]) -> str:
    """The format that reads nearly every value; "" when none does."""
    total = sum(counts.values())
    for candidate in DATE_FORMATS:
        read_by = sum(n for value, n in counts.items() if dates.parse_format(value, candidate))
        if read_by >= 0.95 * total:
            return candidate
    return ""


def _number(value: str) -> float:
    return float(value.replace(",", ".")) if _NUMBER.fullmatch(value) else float("nan")


def _in_france(value: str, axis: int) -> bool:
    """Whether a decimal number lies between two parallels (axis 0) or meridians (2) of France."""
    number = _number(value)
    decimal = "." in value or "," in value
    return decimal and any(box[axis] <= number <= box[axis + 1] for box in FRANCE)


def _pairs(counts: Mapping[str, int]) -> tuple[dict[str, float], str]:
    """The shares of "lat, lon" and "lon, lat" in France, and what parts the two numbers."""
    ahead = behind = 0
    separators: dict[str, int] = {}
    for value, count in counts.items():
        found = _PAIR.fullmatch(value)
        if not found:
            continue
        first, second = float(found[1]), float(found[3])
        ahead += count * is_in_france(first, second)
        behind += count * is_in_france(second, first)
        separators[found[2]] = separators.get(found[2], 0) + count
    total = sum(counts.values()) or 1
    separator = max(separators, key=lambda mark: separators[mark], default="")
    return {"paire_lat_lon": ahead / total, "paire_lon_lat": behind / total}, separator


def is_in_france(latitude: float, longitude: float) -> bool:
    """Whether a point in degrees lies in one of the boxes of France."""
    return any(s <= latitude <= n and w <= longitude <= e for s, n, w, e in FRANCE)


def _is_osm(value: str) -> bool:
    return bool(_OSM_DAY.search(value)) and hours.valid(value)


def is_person(value: str) -> bool:
    """Whether a text is somebody's name: two to four words, one of them a first name."""
    words = fold(value).split()
    named = any(word in personal.FIRST_NAMES for word in words[:2])
    return bool(_CIVILITY.search(fold(value))) or (2 <= len(words) <= 4 and named)


def _placeholders(table: pd.DataFrame) -> tuple[str, ...]:
    """The cells that stand for "nothing" in this file, the most frequent first."""
    found: dict[str, int] = {}
    for name in table.columns:
        for value, count in table[name].value_counts().head(FEW).items():
            text = str(value).strip()
            text = next((known for known in found if known.lower() == text.lower()), text)
            if text and len(text) < 30 and is_nothing(text):
                found[text] = found.get(text, 0) + int(count)
    usual = sorted((text for text in found if found[text] > 1), key=lambda text: -found[text])
    return tuple(usual[:8])


# --- names -----------------------------------------------------------------------------


def suggested_id(origin: str) -> str:
    """A source id from an address or a file name: its most telling part, ``a-z0-9-``."""
    from urllib.parse import parse_qs, urlsplit

    parts = urlsplit(origin) if re.match(r"https?://", origin) else None
    if parts is None:
        return _slug(_stem(Path(origin).name)) or "source"
    query = parse_qs(parts.query)
    named = query.get("dataset") or query.get("id") or query.get("layer") or []
    folders = [_stem(piece) for piece in reversed(parts.path.split("/")) if piece]
    host = _slug(re.sub(r"^(?:www|data|api|carto|opendata)\.|\.[a-z]{2,5}$", "", parts.netloc))
    for piece in (*named, *folders):
        slug = _slug(piece)
        if len(slug) > 2 and slug not in _GENERIC and not _is_opaque(slug):
            return slug
    return host or "source"


def _stem(name: str) -> str:
    return re.sub(r"(?:\.[A-Za-z0-9]{2,7}){1,2}$", "", name)


def _slug(text: str) -> str:
    return "-".join(fold(text).split())[:60].strip("-")


def _is_opaque(slug: str) -> bool:
    """A key of a platform rather than a name: UUIDs, hashes, numbers, versions."""
    plain = slug.replace("-", "")
    return bool(re.fullmatch(r"[0-9a-f]{8,}|v?\d+(?:\d)*|[a-z]", plain))

"""Points in degrees of WGS 84, whatever the file called latitude and longitude.

Axes and coordinate systems go wrong for whole files, so the reading that puts most rows
in France is looked for first; a row that only another reading puts there is repaired
alone. No two readings can agree: the boxes of France do not overlap one another once
their axes are swapped, and metres of Lambert-93 are no degrees.
"""

import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from opendata.errors import CatalogError
from opendata.model import issue_lines, join_issues
from opendata.tables import over_distinct

NAME = "coordonnees"

#: Latitude from, to, longitude from, to, in degrees: metropolitan France.
MAINLAND = (41.0, 51.5, -5.5, 10.0)
#: The same of all of France: metropole, then overseas.
FRANCE = (
    MAINLAND,
    (15.7, 16.6, -61.9, -60.9),  # Guadeloupe
    (14.3, 15.0, -61.3, -60.7),  # Martinique
    (2.0, 6.0, -54.7, -51.5),  # Guyane
    (-21.5, -20.8, 55.1, 55.9),  # La Réunion
    (-13.1, -12.5, 44.9, 45.4),  # Mayotte
    (46.6, 47.3, -56.6, -56.0),  # Saint-Pierre-et-Miquelon
    (17.8, 18.2, -63.2, -62.7),  # Saint-Martin, Saint-Barthélemy
    (-14.5, -13.1, -178.3, -176.0),  # Wallis-et-Futuna
    (-28.0, -7.5, -155.0, -134.0),  # Polynésie française
    (-23.0, -17.5, 158.0, 172.3),  # Nouvelle-Calédonie
)
#: Metres of Lambert-93 (EPSG:2154) in which metropolitan France lies: x from, to, y from, to.
LAMBERT_93 = (100_000.0, 1_300_000.0, 6_000_000.0, 7_200_000.0)
#: Share of the file's points from which a reading holds for the whole file.
MAJORITY = 0.6

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]

_DECIMAL = r"[+-]?[0-9]{1,12}[.,][0-9]+"
_EITHER = r"[+-]?[0-9]{1,12}(?:[.,][0-9]+)?"
_POINT = r"[+-]?[0-9]{1,12}(?:\.[0-9]+)?"
# "48,85" alone is one number: a bare comma parts two only beside a decimal point.
_PAIR = re.compile(
    rf"(?:{_EITHER};{_EITHER}|{_EITHER}, {_EITHER}|{_DECIMAL} {_DECIMAL}"
    rf"|{_POINT},[+-]?[0-9]{{1,12}}\.[0-9]+|[+-]?[0-9]{{1,12}}\.[0-9]+,{_POINT})"
)
#: What only an angle has: minutes, or a cardinal letter behind a digit.
_ANGLE_SIGN = re.compile(r"[0-9] ?°? ?[NSEWOnsewo] ?$|° ?[0-9]")
_ANGLE = re.compile(
    r"(?P<sign>-)?(?P<degrees>[0-9]{1,3}(?:[.,][0-9]+)?) ?°?"
    r" ?(?:(?P<minutes>[0-9]{1,2}(?:[.,][0-9]+)?) ?['′’] ?"
    r"(?:(?P<seconds>[0-9]{1,2}(?:[.,][0-9]+)?) ?(?:\"|″|''|’’|”) ?)?)?(?P<side>[NSEWOnsewo])?"
)
_SIXTY = 60
_NUMBER = r"[+-]?[0-9]{1,12}(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?"


class _Reading(NamedTuple):
    """One way to understand the two columns: as they are, swapped, projected."""

    latitude: _Floats
    longitude: _Floats
    swapped: bool
    system: str


def normalise_points(
    latitude: pd.Series, longitude: pd.Series, projection: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points in France, from two columns of text, and the issues of what was lost.

    Returns a frame with the index of ``latitude`` (float64 ``latitude`` and ``longitude``
    in degrees, 6 decimals, NaN where there is no point; bool ``corrected``) and an issues
    table (row 0: the whole file). ``projection`` ("EPSG:2975") is the system that the
    source declares; it wins over the guess of Lambert-93. Raises CatalogError when
    ``projection`` is no coordinate system.
    """
    stated = pd.DataFrame(
        {"latitude": _tidy(latitude).to_numpy(), "longitude": _tidy(longitude).to_numpy()},
        dtype="str",
    )
    split = _split_pairs(stated)
    y, x = _numbers(split["latitude"]), _numbers(split["longitude"])
    pair = np.isfinite(y) & np.isfinite(x)
    usable = pair & ~((y == 0) & (x == 0))
    readings = _readings(y, x, usable, projection)
    choice = _choose(readings, usable)
    points = _points(readings, choice, latitude.index)
    whole = _file_reading(readings, usable)
    text = _as_stated(latitude, longitude)
    codes = _loss_codes(split, pair, usable, choice)
    hollow = (text.str.strip() != "").to_numpy() & (stated == "").all(axis=1).to_numpy()
    codes = np.where(hollow, "texte_vide_de_sens", codes)
    issues = [_file_issue(readings[whole], choice == whole, usable)] if whole else []
    issues += [_row_repairs(readings, choice, whole, text), _losses(codes, text)]
    return points, join_issues(issues)


def _tidy(column: pd.Series) -> pd.Series:
    text = column.astype("str").str.replace(r"[\s\u00a0\u202f]+", " ", regex=True)
    text = text.str.replace(r"^ ?(?:SRID=\d+;)?POINT ?Z? ?(?=\()", "", case=False, regex=True)
    if (angles := text.str.contains(_ANGLE_SIGN.pattern, regex=True)).any():
        text = text.mask(angles, over_distinct(text[angles], _decimal))
    text = text.str.replace("\u2212", "-", regex=False).str.replace(r" ?°", "", regex=True)
    # JSON readers join the two numbers of a list with a bar.
    text = text.str.strip(" []()").str.replace(r" ?[;|] ?", ";", regex=True)
    # A cell of mere punctuation ("-") states nothing.
    return text.where(text.str.contains(r"[^\W_]", regex=True), "")


def _decimal(text: str) -> str:
    """An angle in degrees, minutes and seconds, or with a cardinal letter, as a decimal number.

    O stands for ouest. Any other text stays as it is.
    """
    found = _ANGLE.fullmatch(text.strip())
    if found is None:
        return text
    degrees, minutes, seconds = (
        float((found[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")
    )
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return text
    value = degrees + minutes / _SIXTY + seconds / _SIXTY**2
    negative = bool(found["sign"]) or (found["side"] or "N").upper() in "SWO"
    return f"{-value if negative else value:.7f}"


def _split_pairs(stated: pd.DataFrame) -> pd.DataFrame:
    """The two columns, where a cell that held "lat, lon" for both is parted in two."""
    latitude, longitude = stated["latitude"], stated["longitude"]
    both = latitude.where(latitude != "", longitude)
    alone = (latitude == "") | (longitude == "") | (latitude == longitude)
    paired = alone & both.str.fullmatch(_PAIR.pattern)
    if not paired.any():
        return stated
    parts = both[paired].map(_halves)
    split = stated.copy()
    split.loc[paired, "latitude"] = parts.str[0].astype("str")
    split.loc[paired, "longitude"] = parts.str[1].astype("str")
    return split


def _halves(pair: str) -> tuple[str, str]:
    for separator in (";", ", ", " ", ","):
        first, found, second = pair.partition(separator)
        if found:
            return first, second
    return pair, ""


def _numbers(text: pd.Series) -> _Floats:
    plain = text.str.replace(" ", "", regex=False).str.replace(",", ".", regex=False)
    plain = plain.where(plain.str.fullmatch(_NUMBER), "")
    return pd.to_numeric(plain, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)


def _readings(y: _Floats, x: _Floats, usable: _Flags, projection: str) -> list[_Reading]:
    """Every reading to try, the one to prefer first; the first two need no conversion."""
    degrees = [_Reading(y, x, False, ""), _Reading(x, y, True, "")]
    if projection:
        declared = _projected(projection)
        if declared is None:
            return degrees
        return degrees + [
            _converted(a, b, usable, declared, swapped, projection)
            for a, b, swapped in ((x, y, False), (y, x, True))
        ]
    west, east, south, north = LAMBERT_93
    for a, b, swapped in ((x, y, False), (y, x, True)):
        metres = usable & (a >= west) & (a <= east) & (b >= south) & (b <= north)
        if metres.any():
            system = _projected("EPSG:2154")
            name = "Lambert-93 (EPSG:2154)"
            degrees.append(_converted(a, b, metres, system, swapped, name))
    return degrees


def _projected(projection: str) -> Any:
    """The declared coordinate system, or None when it is already in degrees."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        system = CRS.from_user_input(projection)
    except CRSError as problem:
        raise CatalogError(
            "projection_inconnue",
            fr=f"La projection « {projection} » n'est pas un système de coordonnées connu : "
            "donnez un code EPSG, par exemple « EPSG:2154 ».",
            en=f"The projection “{projection}” is not a known coordinate system: give an EPSG "
            "code, for example “EPSG:2154”.",
        ) from problem
    return None if system.is_geographic else system


def _converted(
    easting: _Floats, northing: _Floats, where: _Flags, system: Any, swapped: bool, name: str
) -> _Reading:
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    longitude, latitude = np.full_like(easting, np.nan), np.full_like(easting, np.nan)
    longitude[where], latitude[where] = to_degrees.transform(easting[where], northing[where])
    return _Reading(latitude, longitude, swapped, name)


def _in_france(reading: _Reading) -> _Flags:
    inside = np.zeros(len(reading.latitude), dtype=bool)
    for south, north, west, east in FRANCE:
        inside |= (
            (reading.latitude >= south)
            & (reading.latitude <= north)
            & (reading.longitude >= west)
            & (reading.longitude <= east)
        )
    return inside


def _file_reading(readings: list[_Reading], usable: _Flags) -> int:
    """Position of the reading that holds for the whole file; 0 (as it is) by default."""
    if not usable.any():
        return 0
    shares = [np.count_nonzero(_in_france(reading) & usable) for reading in readings]
    best = int(np.argmax(shares))
    return best if shares[best] >= MAJORITY * np.count_nonzero(usable) else 0


def _choose(readings: list[_Reading], usable: _Flags) -> npt.NDArray[np.int64]:
    """For each row the position of the reading that puts it in France, or -1."""
    whole = _file_reading(readings, usable)
    order = [whole, *(rank for rank in range(len(readings)) if rank != whole)]
    choice = np.full(len(usable), -1, dtype=np.int64)
    for rank in order:
        choice[(choice == -1) & usable & _in_france(readings[rank])] = rank
    return choice


def _points(
    readings: list[_Reading], choice: npt.NDArray[np.int64], index: pd.Index
) -> pd.DataFrame:
    latitude, longitude = np.full(len(choice), np.nan), np.full(len(choice), np.nan)
    for rank, reading in enumerate(readings):
        chosen = choice == rank
        latitude[chosen] = reading.latitude[chosen].round(6)
        longitude[chosen] = reading.longitude[chosen].round(6)
    return pd.DataFrame(
        {"latitude": latitude, "longitude": longitude, "corrected": choice > 0}, index=index
    )


def _loss_codes(
    split: pd.DataFrame, pair: _Flags, usable: _Flags, choice: npt.NDArray[np.int64]
) -> npt.NDArray[np.str_]:
    """Why each row has no point; "" where it has one or where it stated nothing."""
    filled = [(split[name] != "").to_numpy() for name in ("latitude", "longitude")]
    unread = [
        there & ~np.isfinite(_numbers(split[name]))
        for there, name in zip(filled, ("latitude", "longitude"), strict=True)
    ]
    return np.select(
        [unread[0] | unread[1], filled[0] != filled[1], pair & ~usable, usable & (choice == -1)],
        [
            "coordonnee_illisible",
            "coordonnee_incomplete",
            "texte_vide_de_sens",
            "coordonnee_hors_france",
        ],
        default="",
    )


def _as_stated(latitude: pd.Series, longitude: pd.Series) -> pd.Series:
    """The two cells of each row as the source wrote them, "lat, lon"."""
    first, second = latitude.astype("str"), longitude.astype("str")
    joined = first + ", " + second
    return joined.mask((second == "") | (first == second), first).mask(first == "", second)


def _issues(text: pd.Series, where: _Flags, code: Any, **columns: Any) -> pd.DataFrame:
    return issue_lines(text.index[where], "latitude", code, **{"value": text[where], **columns})


def _file_issue(reading: _Reading, chosen: _Flags, usable: _Flags) -> pd.DataFrame:
    if reading.system:
        return issue_lines([0], "latitude", "coordonnees_converties", detail=reading.system)
    share = f"{np.count_nonzero(chosen)} / {np.count_nonzero(usable)}"
    return issue_lines([0], "latitude", "coordonnees_permutees", detail=share)


def _row_repairs(
    readings: list[_Reading], choice: npt.NDArray[np.int64], whole: int, text: pd.Series
) -> pd.DataFrame:
    """One line per row that needed another reading than its file."""
    tables = []
    for rank, reading in enumerate(readings):
        rows = choice == rank
        if rank in (0, whole) or not rows.any():
            continue
        code = "projection_convertie" if reading.system else "coordonnees_permutees"
        latitude, longitude = reading.latitude[rows].round(6), reading.longitude[rows].round(6)
        published = [f"{a:.6f}, {b:.6f}" for a, b in zip(latitude, longitude, strict=True)]
        detail = reading.system or text.to_numpy()[rows]
        tables.append(_issues(text, rows, code=code, published=published, detail=detail))
    return join_issues(tables)


def _losses(codes: npt.NDArray[np.str_], text: pd.Series) -> pd.DataFrame:
    lost = codes != ""
    return _issues(text, lost, code=codes[lost])

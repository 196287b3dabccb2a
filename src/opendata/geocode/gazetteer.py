"""The commune reference: what ships with the code, and what ``reference update`` brought.

One row per name a commune bears or bore. ``type`` is commune, arrondissement (of Paris,
Lyon or Marseille), deleguee, associee or ancienne; ``parent`` is the code of the commune
of today (its own for a commune).
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from opendata.errors import ReferenceDataError
from opendata.geocode.names import name_keys
from opendata.paths import Paths, embedded_communes

#: Columns of the reference; ``codes_postaux`` is joined by "|".
COLUMNS = (
    *("code", "nom", "type", "parent", "departement", "region", "departement_nom", "region_nom"),
    *("epci", "epci_nom", "codes_postaux", "population", "latitude", "longitude"),
)
#: Columns that a row of today's commune shares with its former communes and arrondissements.
_TERRITORY = ("departement", "region", "departement_nom", "region_nom", "epci", "epci_nom")

#: The cities whose arrondissements have codes of their own.
CITIES = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}

LICENCE = "Licence Ouverte 2.0 (INSEE, La Poste, DGCL) ; CC BY 4.0 (GeoNames)"
ATTRIBUTION = "INSEE (COG), La Poste, DGCL, GeoNames"


class Name(NamedTuple):
    """One name of a commune: ``code`` is the commune of today, ``type`` whose name it is."""

    code: str
    nom: str
    type: str
    full: str
    key: str


@dataclass(frozen=True)
class CommuneReference:
    """The communes, and the indexes made from them when first asked for.

    ``frame`` has the columns :data:`COLUMNS`. ``contour_files`` gives, by département,
    the downloaded file that holds contours. ``fingerprint`` is the sha256 of everything
    that was read: equal fingerprints place rows equally.
    """

    frame: pd.DataFrame
    vintage: str
    fingerprint: str
    contour_files: Mapping[str, Path]
    licence: str = LICENCE
    attribution: str = ATTRIBUTION

    @cached_property
    def current(self) -> pd.DataFrame:
        """Today's communes and arrondissements, indexed by code."""
        rows = self.frame["type"].isin(["commune", "arrondissement"])
        return self.frame[rows].set_index("code")

    def _by_code(self, column: str) -> dict[str, str]:
        # tolist() first: iterating over an arrow-backed column is ten times slower.
        codes, values = self.current.index.tolist(), self.current[column].tolist()
        return dict(zip(codes, values, strict=True))

    @cached_property
    def official(self) -> dict[str, str]:
        """Code of today -> name to publish (an arrondissement bears its city's)."""
        own = self._by_code("nom")
        return {code: CITIES.get(self.city[code], nom) for code, nom in own.items()}

    @cached_property
    def city(self) -> dict[str, str]:
        """Code of today -> code of the commune (an arrondissement gives its city)."""
        return self._by_code("parent")

    @cached_property
    def today(self) -> dict[str, str]:
        """Any known code -> code of today; arrondissements stay themselves."""
        codes, parents = self.frame["code"].tolist(), self.frame["parent"].tolist()
        return dict(zip(codes, parents, strict=True)) | {code: code for code in self.city}

    @cached_property
    def departement(self) -> dict[str, str]:
        return self._by_code("departement")

    @cached_property
    def postcodes(self) -> dict[str, tuple[str, ...]]:
        """Code of today -> its delivery postcodes."""
        joined = self._by_code("codes_postaux")
        return {code: tuple(text.split("|")) if text else () for code, text in joined.items()}

    @cached_property
    def by_postcode(self) -> dict[str, tuple[str, ...]]:
        """Delivery postcode -> communes of today (cities, not arrondissements)."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for code, postcodes in self.postcodes.items():
            if self.city[code] == code:
                for postcode in postcodes:
                    found[postcode].append(code)
        return {postcode: tuple(codes) for postcode, codes in found.items()}

    @cached_property
    def arrondissement_by_postcode(self) -> dict[str, str]:
        arrondissements = [code for code, city in self.city.items() if city != code]
        return {postcode: code for code in arrondissements for postcode in self.postcodes[code]}

    @cached_property
    def arrondissement_by_number(self) -> dict[tuple[str, int], str]:
        """(city code, number) -> arrondissement: 75101 and 13201 count from 1, 69381 from 81."""
        return {
            (city, int(code[-2:]) % 80): code for code, city in self.city.items() if city != code
        }

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Every name, today's first, arrondissements left out."""
        rows = self.frame[(self.frame["nom"] != "") & (self.frame["type"] != "arrondissement")]
        columns = (rows["parent"].tolist(), rows["nom"].tolist(), rows["type"].tolist())
        names = [
            Name(code, nom, kind, *name_keys(nom)) for code, nom, kind in zip(*columns, strict=True)
        ]
        return tuple(sorted(names, key=lambda name: name.type != "commune"))

    @cached_property
    def names_of(self) -> dict[str, list[Name]]:
        """Commune of today -> its names, today's first."""
        found: defaultdict[str, list[Name]] = defaultdict(list)
        for name in self.names:
            found[name.code].append(name)
        return dict(found)

    @cached_property
    def by_key(self) -> dict[str, list[Name]]:
        """Name key -> the names that have it, today's first."""
        found: defaultdict[str, list[Name]] = defaultdict(list)
        for name in self.names:
            found[name.key].append(name)
        return dict(found)

    @cached_property
    def names_in(self) -> dict[str, list[Name]]:
        """Département -> the names in it."""
        found: defaultdict[str, list[Name]] = defaultdict(list)
        for name in self.names:
            found[self.departement[name.code]].append(name)
        return dict(found)

    @cached_property
    def contours(self) -> pd.Series:
        """Commune code -> contour (a shapely geometry in longitude and latitude).

        Only the downloaded départements have any. Raises ReferenceDataError when a file
        that was readable is not any more.
        """
        import shapely

        parts = [_contours(path) for path in self.contour_files.values()]
        if not parts:
            return pd.Series(dtype="object")
        every = pd.concat(parts)
        every = every[~every.index.duplicated()]
        return pd.Series(shapely.from_wkb(every.to_numpy()), index=every.index, dtype="object")

    @cached_property
    def centres(self) -> pd.DataFrame:
        """Where each commune of today is taken to be, by code.

        Columns latitude, longitude (degrees, NaN when unknown) and ``origine``: "referentiel",
        else "contour" (a point inside it), else "inconnu". An arrondissement without either
        has those of its city.
        """
        own = self.current[["latitude", "longitude"]].copy()
        own["origine"] = own["latitude"].notna().map({True: "referentiel", False: "inconnu"})
        outlined = own.index[own["latitude"].isna()].intersection(self.contours.index)
        if len(outlined):
            import shapely

            inside = shapely.point_on_surface(self.contours[outlined].to_numpy())
            own.loc[outlined, "latitude"] = shapely.get_y(inside)
            own.loc[outlined, "longitude"] = shapely.get_x(inside)
            own.loc[outlined, "origine"] = "contour"
        of_city = own.reindex(self.current["parent"].to_numpy()).set_axis(own.index)
        lost = own["latitude"].isna()
        own[lost] = of_city[lost]
        return own

    @cached_property
    def _city_of_any(self) -> dict[str, str]:
        return {code: self.city.get(today, today) for code, today in self.today.items()}

    def city_of(self, codes: pd.Series) -> pd.Series:
        """The commune of today of each code, former ones and arrondissements included."""
        whole = self._city_of_any
        return codes.map(lambda code: whole.get(code, code))

    def delivering(self, code: str, stated: str) -> str:
        """The postcode of a commune that something else than its postcode told.

        The stated one unless it delivers to other communes; then the only one of the commune,
        or none.
        """
        known = self.postcodes.get(code, ())
        if stated in known or stated not in self.by_postcode:
            return stated
        return known[0] if len(known) == 1 else ""

    def is_postcode(self, text: str) -> bool:
        """Whether ``text`` can be a postcode, CEDEX included: five digits, a known département."""
        if text in self.by_postcode:
            return True
        if len(text) != 5 or not (text.isascii() and text.isdigit()):
            return False
        return bool(self._departements.intersection(self.departements_of_postcode(text)))

    @cached_property
    def _departements(self) -> frozenset[str]:
        return frozenset(self.departement.values())

    def departements_of_postcode(self, postcode: str) -> tuple[str, ...]:
        """The départements a postcode, even a CEDEX one, may belong to.

        La Poste serves some communes from the next département: the communes a postcode
        delivers to count beside its first digits.
        """
        if not postcode:
            return ()
        prefix = postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2]
        own = ("2A", "2B") if prefix == "20" else (prefix,)
        served = {self.departement[code] for code in self.by_postcode.get(postcode, ())}
        return tuple(sorted(served.union(own)))


def load_reference(paths: Paths) -> CommuneReference:
    """The embedded reference, overlaid by each département found in ``paths.reference``.

    It is the same object until one of the files changes: treat it as read-only. A downloaded
    file that is damaged is made again from the copy it was made from. Raises
    :class:`ReferenceDataError` naming the file when there is none.
    """
    overlays = sorted(paths.reference.glob("communes-*.parquet"))
    files = (embedded_communes(), *overlays)
    try:
        return _loaded(tuple(_stamp(path) for path in files))
    except ReferenceDataError:
        if not _mend(overlays, paths):
            raise
        return _loaded(tuple(_stamp(path) for path in files))


def _mend(overlays: list[Path], paths: Paths) -> bool:
    """Make the damaged files again; whether there was one, and every one could be."""
    from opendata.geocode.update.communes import restore_communes
    from opendata.geocode.update.store import is_whole, read_note

    damaged = [path for path in overlays if not is_whole(path, read_note(path))]
    departements = [path.stem.removeprefix("communes-") for path in damaged]
    try:
        made = [restore_communes(departement, paths) for departement in departements]
    except OSError:
        return False
    return bool(made) and all(made)


def _stamp(path: Path) -> tuple[Path, int, int, int]:
    """A file and what tells that it is still the same one."""
    try:
        found = path.stat()
    except OSError as problem:
        raise _damaged(path, problem.strerror or "absent") from problem
    return path, found.st_ino, found.st_size, found.st_mtime_ns


# A run asks for it three times, and its indexes cost half a second.
@lru_cache(maxsize=2)
def _loaded(stamps: tuple[tuple[Path, int, int, int], ...]) -> CommuneReference:
    (embedded, *_), *others = stamps
    frame, vintage, digest = _read(embedded, COLUMNS)
    digests, vintages, files = [digest], [vintage], {}
    overlays = []
    for path, *_ in others:
        departement = path.stem.removeprefix("communes-")
        rows, fetched, digest = _read(path, COLUMNS)
        overlays.append(rows)
        digests.append(digest)
        vintages.append(f"{departement} : {fetched}")
        files[departement] = path
    return CommuneReference(
        frame=_overlay(frame, overlays) if overlays else frame,
        vintage=" ; ".join(vintages),
        fingerprint=hashlib.sha256("".join(digests).encode()).hexdigest(),
        contour_files=files,
    )


def _read(path: Path, columns: tuple[str, ...]) -> tuple[pd.DataFrame, str, str]:
    """The table of one reference file, its vintage and the sha256 of its bytes."""
    try:
        content = path.read_bytes()
        table = pq.read_table(pa.BufferReader(content), columns=list(columns))
    except (OSError, pa.ArrowException, KeyError) as problem:
        raise _damaged(path, str(problem).splitlines()[0]) from problem
    if missing := sorted(set(columns) - set(table.column_names)):
        raise _damaged(path, f"sans {', '.join(missing)}")
    if not table.num_rows:
        raise _damaged(path, "0 commune")
    vintage = (table.schema.metadata or {}).get(b"vintage", b"").decode()
    frame = table.to_pandas(types_mapper=_pandas_type, ignore_metadata=True)
    return frame, vintage, hashlib.sha256(content).hexdigest()


def _contours(path: Path) -> pd.Series:
    try:
        table = pq.read_table(path, columns=["code", "contour"]).to_pandas()
    except (OSError, pa.ArrowException, KeyError) as problem:
        raise _damaged(path, str(problem).splitlines()[0]) from problem
    return table.dropna().set_index("code")["contour"]


def _pandas_type(kind: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.StringDtype("pyarrow", na_value=float("nan"))
    return pd.Int32Dtype() if pa.types.is_integer(kind) else None


def _damaged(path: Path, reason: str) -> ReferenceDataError:
    if path == embedded_communes():
        fr = "réinstallez opendata, ou lancez « scripts/build_reference.py »"
        en = "reinstall opendata, or run “scripts/build_reference.py”"
    else:
        fr = "effacez ce fichier, puis lancez « opendata reference update »"
        en = "delete this file, then run “opendata reference update”"
    return ReferenceDataError(
        "reference_illisible",
        fr=f"Le référentiel des communes {path} est absent ou abîmé ({reason}) : {fr}.",
        en=f"The commune reference {path} is missing or damaged ({reason}): {en}.",
    )


def _overlay(embedded: pd.DataFrame, overlays: list[pd.DataFrame]) -> pd.DataFrame:
    """Put downloaded communes in place of the embedded ones of the same code.

    The downloads know neither former communes nor arrondissements nor the names of
    territories: those stay, and follow their commune into its new EPCI.
    """
    fresh = pd.concat(overlays, ignore_index=True).drop_duplicates("code")
    for column in ("departement", "region"):
        known = embedded.drop_duplicates(column).set_index(column)[f"{column}_nom"]
        fresh[f"{column}_nom"] = fresh[column].map(known).fillna("")
    named = embedded[embedded["epci"] != ""].drop_duplicates("epci").set_index("epci")["epci_nom"]
    unnamed = fresh["epci_nom"] == ""
    fresh.loc[unnamed, "epci_nom"] = fresh.loc[unnamed, "epci"].map(named).fillna("")
    replaced = (embedded["type"] == "commune") & embedded["code"].isin(fresh["code"])
    frame = pd.concat([embedded[~replaced], fresh[list(COLUMNS)]], ignore_index=True)
    current = frame[frame["type"] == "commune"].set_index("code")
    follows = frame["type"] != "commune"
    for column in _TERRITORY:
        frame.loc[follows, column] = frame.loc[follows, "parent"].map(current[column]).fillna("")
    return frame.sort_values(["code", "type", "nom"], kind="stable", ignore_index=True)


def territory_of(codes: pd.Series, reference: CommuneReference) -> pd.DataFrame:
    """The territory of each resolved commune code.

    Returns, on the index of ``codes``, the text columns code_departement, departement,
    code_region, region, code_epci, epci and the integer column population (inhabitants of
    the whole commune: an arrondissement gives its city's). Empty and <NA> when unknown.
    """
    wanted = {
        "code_departement": "departement",
        "departement": "departement_nom",
        "code_region": "region",
        "region": "region_nom",
        "code_epci": "epci",
        "epci": "epci_nom",
    }
    parent = reference.current["parent"]
    rows = reference.current.reindex(parent.reindex(codes.to_numpy()).to_numpy())
    table = pd.DataFrame(
        {name: rows[column].fillna("").to_numpy() for name, column in wanted.items()},
        index=codes.index,
        dtype="str",
    )
    table["population"] = rows["population"].array
    return table

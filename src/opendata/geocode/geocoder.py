"""Addresses to points, by every means a dataset allows, and nothing asked twice.

cache ─► the BAN, here ─► a geocoder elsewhere, for what the BAN leaves open
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from opendata.geocode.addresses import ASKED, Located, find_addresses
from opendata.geocode.ban.library import Library
from opendata.geocode.ban.match import ENOUGH
from opendata.geocode.ban.parse import plain
from opendata.geocode.cache import Answer, Cache
from opendata.geocode.gazetteer import CommuneReference, load_reference
from opendata.geocode.service import Answers, Service, second_opinion
from opendata.language import Text
from opendata.model import Dataset
from opendata.paths import Paths
from opendata.schema import SEPARATOR

#: Probability given to an answer of another geocoder: its own score is none. Nothing here
#: measures it, so it stays below what may overrule a stated point.
SERVICE_SCORE = 0.8

#: The State's geocoder (documentation of the Géoplateforme; not reached where this was written).
GEOPLATEFORME = "https://data.geopf.fr/geocodage/search/csv"

Ask = Callable[[pd.DataFrame, Service, Any], Answers]


class Geocoder:
    """The reference, the addresses, the cache and, if allowed, a service, behind one question.

    ``warnings`` tells what went wrong and was got over; ``complete`` is false when a service
    should have been asked and could not be.
    """

    def __init__(
        self,
        reference: CommuneReference,
        library: Library,
        cache: Cache | None = None,
        service: Service | None = None,
        ask: Ask = second_opinion,
    ) -> None:
        self.reference = reference
        self.library = library
        self._cache = cache
        self._service = service
        self._ask = ask
        self.complete = True
        self._problems: list[Text] = []

    @property
    def warnings(self) -> list[Text]:
        return list(dict.fromkeys([*self.library.warnings, *self._problems]))

    def addresses(self, asked: pd.DataFrame) -> pd.DataFrame:
        """What is known of each row, on the index of ``asked``.

        ``asked`` has the columns :data:`~opendata.geocode.addresses.ASKED`. Returns the columns
        of :class:`~opendata.geocode.addresses.Located` and ``methode``: ban, geoplateforme, or ""
        where nothing was found.
        """
        groups = asked.groupby(list(ASKED), sort=False).ngroup().to_numpy()
        first = ~pd.Series(groups).duplicated().to_numpy()
        distinct = asked.loc[first, list(ASKED)].reset_index(drop=True)
        found = self._from_ban(distinct)
        found["methode"] = np.where(found["precision"] != "", "ban", "")
        if self._service is not None:
            found = self._second_opinion(distinct, found, self._service)
        return found.take(groups).set_axis(asked.index)

    def centres(self, codes: pd.Series) -> pd.DataFrame:
        """Latitude and longitude (degrees) of the commune of each row, NaN where unknown.

        The reference's, else the middle of the commune's addresses.
        """
        known = self.reference.centres[["latitude", "longitude"]]
        lost = codes[codes != ""].drop_duplicates()
        lost = lost[~lost.isin(known.index[known["latitude"].notna()])]
        middles = {code: middle for code in lost if (middle := self._middle(code))}
        if middles:
            extra = pd.DataFrame(middles, index=["longitude", "latitude"]).T
            known = pd.concat([known.drop(index=extra.index, errors="ignore"), extra])
        return known.reindex(codes.to_numpy()).set_axis(codes.index)

    def _middle(self, code: str) -> tuple[float, float] | None:
        index = self.library.open(self.reference.departement.get(code, ""))
        return index.centres.get(code) if index else None

    def fingerprint(self, departements: Iterable[str]) -> str:
        """Of everything answers follow from, the service apart."""
        return self.library.fingerprint(departements)

    def vintage(self, departements: Iterable[str]) -> Text:
        """The vintages of what was used, for the release's description."""
        held = self.library.held
        used = [held[one] for one in sorted(departements) if one in held]
        if not used:
            return Text(self.reference.vintage, self.reference.vintage)
        listed = " ; ".join(f"{file.departement} : {file.vintage}" for file in used)
        fr = f"communes {self.reference.vintage} ; adresses (BAN) {listed}"
        return Text(fr, fr.replace("adresses (BAN)", "addresses (BAN)"))

    # --- the BAN ---------------------------------------------------------------------------

    def _from_ban(self, distinct: pd.DataFrame) -> pd.DataFrame:
        if self._cache is None:
            return find_addresses(distinct, self.reference, self.library.open)
        keys = self._keys(distinct)
        known = self._cache.known(keys)
        fresh = [row for row, key in enumerate(keys) if key not in known]
        answers = find_addresses(distinct.iloc[fresh], self.reference, self.library.open)
        lines = answers.to_dict("records")
        told = {keys[row]: _plain(line) for row, line in zip(fresh, lines, strict=True)}
        if told:
            self._cache.keep(told, found={key: bool(line["score"]) for key, line in told.items()})
        everything = {**known, **told}
        return pd.DataFrame([everything[key] for key in keys], columns=list(Located._fields))

    def _keys(self, distinct: pd.DataFrame) -> list[str]:
        """Everything an answer follows from, row by row."""
        vintages: dict[tuple[str, str], str] = {}
        keys = []
        for address, postcode, commune, codes, trust in distinct.itertuples(index=False, name=None):
            area = codes, postcode
            if area not in vintages:
                vintages[area] = self._vintage(codes, postcode)
            stated = [plain(address), postcode, commune, codes, trust]
            keys.append(json.dumps([*stated, vintages[area]]))
        return keys

    def _vintage(self, codes: str, postcode: str) -> str:
        of = self.reference.departement
        near = (*codes.split(SEPARATOR), *self.reference.by_postcode.get(postcode, ()))
        departements = {of.get(code, "") for code in near}
        return f"{self.fingerprint(departements)} {self.reference.fingerprint}"

    # --- elsewhere -------------------------------------------------------------------------

    def _second_opinion(
        self, distinct: pd.DataFrame, found: pd.DataFrame, service: Service
    ) -> pd.DataFrame:
        """The service's answers to the addresses of one commune that the BAN leaves open."""
        single = (distinct["codes"] != "") & ~distinct["codes"].str.contains(SEPARATOR, regex=False)
        open_ = (found["score"] < ENOUGH) & (distinct["adresse"] != "") & single
        queries = distinct.loc[open_, ["adresse", "commune", "code_postal"]].assign(
            code_insee=distinct.loc[open_, "codes"]
        )
        if queries.empty:
            return found
        told = self._told_by_service(queries, service)
        for name, values in told.items():
            found.loc[told.index, str(name)] = values
        return found

    def _told_by_service(self, queries: pd.DataFrame, service: Service) -> pd.DataFrame:
        """One row per accepted answer, in the columns of Located and ``methode``."""
        keys = {
            row: json.dumps(
                [service.name, service.url, service.min_score, service.filters, *values]
            )
            for row, *values in queries.itertuples(name=None)
        }
        known = self._cache.known(keys.values()) if self._cache else {}
        fresh = queries[[keys[row] not in known for row in queries.index]]
        told: dict[str, Answer] = {}
        if len(fresh):
            answers = self._ask(fresh, service, self._same_commune)
            if answers.problem is not None:
                self.complete = False
                self._problems.append(answers.problem)
            lines = _as_located(answers.found, queries).to_dict("index")
            answered = fresh.index.difference(answers.unanswered)
            told = {keys[row]: _plain(lines.get(row, {})) for row in answered}
            if self._cache:
                self._cache.keep(told, found={key: bool(line) for key, line in told.items()})
        everything = {**known, **told}
        accepted = {row: everything[key] for row, key in keys.items() if everything.get(key)}
        return pd.DataFrame.from_dict(accepted, orient="index")

    def _same_commune(self, ours: pd.Series, theirs: pd.Series) -> pd.Series:
        our_city, their_city = self.reference.city_of(ours), self.reference.city_of(theirs)
        # An arrondissement is itself when both sides name one.
        narrow = (our_city != ours) & (their_city != theirs)
        return (our_city == their_city) & (~narrow | (ours == theirs))


def _plain(line: Mapping[Hashable, Any]) -> Answer:
    return {str(name): value for name, value in line.items()}


def _as_located(found: pd.DataFrame, queries: pd.DataFrame) -> pd.DataFrame:
    """Answers of a service in the columns of Located, and ``methode``; the commune is ours."""
    return found.assign(
        score=SERVICE_SCORE,
        reach_m=float("nan"),
        code_insee=queries["code_insee"].reindex(found.index),
        methode="geoplateforme",
    )


def service_of(dataset: Dataset) -> Service | None:
    """The second opinion a dataset allows, None when it allows none."""
    wanted = dataset.geocoding
    if not wanted.service:
        return None
    name: Any = wanted.service
    return Service(
        name, wanted.url or GEOPLATEFORME, min_score=wanted.min_score, filters=wanted.filters
    )


def load_geocoder(paths: Paths, service: Service | None = None, *, cached: bool = True) -> Geocoder:
    """The geocoder of an installation.

    Under OPENDATA_MIRROR no address but those of the mirror is reached: no service then.
    Raises ReferenceDataError.
    """
    today = datetime.now(UTC).date()
    return Geocoder(
        load_reference(paths),
        Library(paths),
        Cache(paths.geocode_cache, today) if cached else None,
        None if paths.mirror else service,
    )

"""One département's communes, contours and EPCI, from the State's API."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opendata.errors import SourceError
from opendata.geocode.update.commune_list import SCHEMA, communes_in, names_in
from opendata.geocode.update.download import (
    FetchRoom,
    as_source,
    copies,
    download,
    forget_older,
    source_id,
)
from opendata.geocode.update.result import UpdateResult
from opendata.geocode.update.store import count_of, install, is_current, read_note, table_path
from opendata.language import Text
from opendata.model import Fetch, Snapshot, Source
from opendata.paths import Paths

COMMUNES_URL = (
    "https://geo.api.gouv.fr/departements/{departement}/communes?fields=nom,code,codeDepartement,"
    "codeRegion,codesPostaux,population,codeEpci,surface,centre,contour&format=json"
)
EPCI_URL = "https://geo.api.gouv.fr/epcis?fields=code,nom&format=json"
LICENCE = "etalab-2.0"
ATTRIBUTION = "API Découpage administratif : INSEE, IGN, La Poste, DGCL"

#: Changes when the same answers would give another table: tables of before are made again.
FORMAT = 1

#: The copies of the names of EPCI, which all départements share.
EPCI_SOURCE = "reference-epcis"


_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class EpciNames:
    """SIREN -> name, and the sha256 of the answer; ``missing`` ends a sentence when there is none.

    Without names, those already known serve.
    """

    names: dict[str, str]
    sha256: str = ""
    missing: Text = _NOTHING


def epci_names(paths: Paths, fetch: FetchRoom) -> EpciNames:
    """The names of the EPCI of the whole country, which a failure does not stop at."""
    try:
        snapshot = download(_source(EPCI_SOURCE, EPCI_URL), paths, fetch)
        names = names_in(snapshot)
    except (SourceError, OSError):
        return EpciNames(
            {},
            missing=Text(
                " (noms des intercommunalités non mis à jour)", " (names of EPCI not updated)"
            ),
        )
    forget_older(EPCI_SOURCE, snapshot.sha256, paths)
    return EpciNames(names, snapshot.sha256)


def update_communes(
    departement: str, epcis: EpciNames, paths: Paths, fetch: FetchRoom
) -> UpdateResult:
    """Bring the communes of a département up to date. Raises SourceError or OSError."""
    name = source_id("communes", departement)
    source = _source(name, COMMUNES_URL.format(departement=departement))
    target = table_path(paths, "communes", departement)
    made_with: dict[str, Any] = {"format": FORMAT}
    if epcis.sha256:
        made_with["epcis_sha256"] = epcis.sha256
    try:
        snapshot = download(source, paths, fetch)
        if is_current(target, snapshot.sha256, **made_with):
            return _result(departement, read_note(target), epcis.missing, changed=False)
        note = write_communes(departement, snapshot, epcis, paths)
    finally:
        forget_older(name, str(read_note(target).get("source_sha256", "")), paths)
    return _result(departement, note, epcis.missing, changed=True)


def _result(
    departement: str, note: dict[str, Any], missing: Text, *, changed: bool
) -> UpdateResult:
    count, vintage = count_of(note, "communes"), str(note["vintage"])
    state = _NOTHING if changed else Text("déjà à jour, ", "already up to date, ")
    return UpdateResult(
        departement,
        ok=True,
        fr=f"Département {departement} : {state.fr}{count} communes, millésime "
        f"{vintage}{missing.fr}.",
        en=f"Département {departement}: {state.en}{count} communes, vintage {vintage}{missing.en}.",
        communes=count,
        vintage=vintage,
        changed=changed,
    )


def _source(name: str, url: str) -> Source:
    return as_source(
        name,
        "Référentiel des communes",
        Fetch(url=url, format="json"),
        publisher="DINUM",
        homepage="https://geo.api.gouv.fr",
        attribution=ATTRIBUTION,
    )


def write_communes(
    departement: str, snapshot: Snapshot, epcis: EpciNames, paths: Paths
) -> dict[str, Any]:
    """Read an answer of the API, put its table and note in place; returns the note.

    Raises ReadError when it is not the communes of ``departement``, OSError when it cannot
    be written.
    """
    table = communes_in(snapshot, departement, epcis.names)
    facts = {
        "format": FORMAT,
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "communes": table.num_rows,
        "epcis_sha256": epcis.sha256,
    }
    target = table_path(paths, "communes", departement)
    return install(target, SCHEMA, [table], snapshot, facts)


def restore_communes(departement: str, paths: Paths) -> Snapshot | None:
    """Make a damaged table again from the copy that its note names; None when that fails.

    The names of EPCI are those of the newest answer in ``data/raw``. Raises OSError when
    the table cannot be written.
    """
    note = read_note(table_path(paths, "communes", departement))
    epcis = EpciNames({})
    for answer in copies(EPCI_SOURCE, str(note.get("epcis_sha256", "")), paths):
        with suppress(SourceError, OSError):
            epcis = EpciNames(names_in(answer), answer.sha256)
            break
    name = source_id("communes", departement)
    for snapshot in copies(name, str(note.get("source_sha256", "")), paths):
        try:
            write_communes(departement, snapshot, epcis, paths)
        except SourceError:
            continue
        return snapshot
    return None

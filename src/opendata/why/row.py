"""One row of a source: the place it is in, or why it is in none."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from opendata.catalog import load_dataset, load_source
from opendata.corrections import unapplied_corrections
from opendata.errors import UsageError
from opendata.harvest import Harvest
from opendata.language import Text
from opendata.licences import is_share_alike
from opendata.model import Dataset, Source
from opendata.paths import Paths
from opendata.report import general_sentence
from opendata.schema import SEPARATOR, problems
from opendata.tables import column
from opendata.why.location import explain_location
from opendata.why.place import explain_place
from opendata.why.releases import State, names_of, place_of
from opendata.why.values import (
    corrected,
    field_lines,
    is_about,
    lines_of,
    newest,
    of_lines,
    rules,
    snapshot,
)

#: The releases that are of today.
_CURRENT: tuple[State, ...] = ("courante", "en_attente")


def explain_row(
    asked: str, source_id: str, key: str, line: int, paths: Paths, dataset_id: str | None
) -> dict[str, Any]:
    """The place a source row is in (as ``explain_place``), or why it is in none, per dataset.

    Raises UsageError for a row that no release and no copy holds.
    """
    source = load_source(source_id, paths)
    taking = [load_dataset(name, paths) for name in names_of(paths, dataset_id)]
    taking = [dataset for dataset in taking if source_id in dataset.sources]
    found = newest(source, paths)
    # A key that was corrected is the one the releases know.
    by_dataset = [(one, corrected(source, found, one, paths)) for one in taking]
    lines = [line] if line in found.table.index else []
    for _, after in by_dataset if key else ():
        lines += lines_of(after, key)
    lines += lines_of(found, key) if key else []
    # What readers get comes first, in any dataset; then what waits for a decision.
    for state, (dataset, after) in product(_CURRENT, by_dataset):
        own = key or (_key_in(after, lines[0]) if lines else "")
        place_id = place_of(source_id, own, paths, [dataset.id], (state,))
        if place_id:
            return explain_place(place_id, paths, dataset.id) | {"asked": asked}
    if not lines:
        # The newest copy no longer has it: an older release may.
        place_id = place_of(source_id, key, paths, [dataset.id for dataset in taking])
        if place_id:
            return explain_place(place_id, paths, dataset_id) | {"asked": asked}
        raise UsageError(
            "ligne_inconnue",
            fr=f"« {asked} » n'est dans aucune version publiée ou en attente, et la "
            f"dernière copie de la source « {source_id} » n'a pas cette ligne ; vérifiez la clé "
            "(colonne cle de passerelle.csv et de quarantaine.csv).",
            en=f"“{asked}” is in no release, published or waiting, and the last copy of the source "
            f"“{source_id}” does not have that row; check the key (column cle of passerelle.csv "
            "and quarantaine.csv).",
        )
    first = lines[0]
    told = [_state(source, after, first, one, paths) for one, after in by_dataset]
    for said_of, (one, after) in zip(told, by_dataset, strict=True):
        if said_of["etat"] != "source_ecartee":
            said_of["location"] = explain_location(source, after, first, one, paths)
    expired = [
        fate.as_json()
        for one in taking
        for fate in unapplied_corrections(one, paths)
        if is_about(fate, source_id, _key_in(found, first), first)
    ]
    said = found.ledger[found.ledger["row"] == first]
    return {
        "asked": asked,
        "source": source_id,
        "cle": _key_in(found, first),
        "ligne": first,
        "snapshot": snapshot(found),
        "datasets": told,
        "fields": field_lines(source, found, first, {}, said),
        "unapplied_corrections": expired,
    }


def _key_in(found: Harvest, line: int) -> str:
    """The key of a row, "" where it is another row's and tells nothing."""
    doubled = "cle_en_double" in str(found.table.at[line, "refus"])
    return "" if doubled else str(column(found.table, "id")[line])


def _state(
    source: Source, after: Harvest, line: int, dataset: Dataset, paths: Paths
) -> dict[str, Any]:
    """Why a row of a source is in no place of a dataset, judged on the last copy."""
    from opendata.geocode.geocoder import load_geocoder
    from opendata.locate import locate
    from opendata.territory import departements_of

    if is_share_alike(source) and not dataset.share_alike:
        return _said(
            dataset,
            "source_ecartee",
            "le jeu de données ne prend pas cette source (share_alike = false)",
            "the dataset does not take this source (share_alike = false)",
        )
    geocoder = load_geocoder(paths)
    own = of_lines(after, [line])

    def located(territory: tuple[str, ...]) -> Any:
        about = replace(dataset, territory=territory)
        communes = geocoder.reference.frame
        return locate(source, own, about, geocoder, departements_of(communes, territory))

    here = located(dataset.territory)
    if len(here.refused):
        codes = str(here.refused["refus"].iloc[0]).split(SEPARATOR)
        judged = here.issues[here.issues["code"].isin(codes)].drop_duplicates("code")
        reasons = rules(judged) + [
            _general(code) for code in codes if code not in set(judged["code"])
        ]
        return _said(
            dataset,
            "quarantaine",
            "mise de côté : " + " ; ".join(one["fr"] for one in reasons),
            "set aside: " + "; ".join(one["en"] for one in reasons),
            reasons,
        )
    if here.outside:
        where = _where(located(("france",)))
        return _said(
            dataset,
            "hors_territoire",
            f"hors du territoire du jeu de données ({', '.join(dataset.territory)}) : {where.fr}",
            f"outside the dataset's territory ({', '.join(dataset.territory)}): {where.en}",
        )
    return _said(
        dataset,
        "nouvelle",
        "acceptée, mais pas encore dans la dernière version : lancez "
        f"« opendata run {dataset.id} »",
        f"accepted, but not yet in the latest release: run “opendata run {dataset.id}”",
    )


def _said(
    dataset: Dataset, state: str, fr: str, en: str, reasons: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    return {
        "dataset": dataset.id, "etat": state, "fr": fr, "en": en, "reasons": list(reasons),
    }  # fmt: skip


def _general(code: str) -> dict[str, str]:
    """A reason that no line of the ledger tells for this row."""
    known = problems()[code]
    fr, en = (general_sentence(text) for text in known.sentence)
    return {"rule": code, "severity": known.severity, "fr": fr, "en": en}


def _where(located: Any) -> Text:
    """Where a row stands that is outside a territory."""
    if not len(located.accepted):
        return Text(
            "sa commune n'est pas reconnue, et son code est d'un autre département",
            "its commune is not recognised, and its code is of another département",
        )
    row = located.accepted.iloc[0]
    place = f"{row['commune']} ({row['code_insee']}), {row['departement']}"
    return Text(place, place)

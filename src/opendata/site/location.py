"""The section of a report about where places stand: what to do first, then the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.site import labels, links
from opendata.site.moves import Moves, moves_of
from opendata.site.sketch import point_of
from opendata.site.summary import update_command
from opendata.site.wording import counted, number

#: Sources named beside what a steward can do in their files.
_NAMED = 3
#: More départements than this are counted, not listed.
_LISTED = 12
#: From this distance on, tenths of a kilometre are of no interest.
_FAR_KM = 100
_HOUSE = ("numero", "interpolation")
_STREET = ("voie", "lieu-dit")


@dataclass(frozen=True, slots=True)
class Task:
    """Something a steward can do, and where on the page its rows are ("" for nowhere)."""

    anchor: str
    what: Text
    advice: Text


@dataclass(frozen=True, slots=True)
class Moved:
    """One row whose point was moved, ready to be shown. A point is its text and its link."""

    row: Mapping[str, Any]
    href: str
    what: Text
    km: Text
    stated: tuple[str, str]
    published: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Location:
    """What the template shows. ``near`` places stand at their street at least."""

    total: int
    house: int
    near: int
    tasks: tuple[Task, ...]
    moved: tuple[Moved, ...]
    moved_total: int
    map: Moves | None
    imprecise: Sequence[Mapping[str, Any]]
    imprecise_total: int
    neighbours: Sequence[Mapping[str, Any]]
    neighbours_total: int
    warnings: tuple[Text, ...]


def location_of(report: Mapping[str, Any], dataset_href: str) -> Location:
    """``localisation`` of a report made ready; every key of it may be missing."""
    found = report.get("localisation") or {}
    moved, imprecise, neighbours = (
        found.get(name) or {} for name in ("deplaces", "a_preciser", "voisines")
    )
    precisions = report.get("precisions") or {}
    counts = {str(name): int(count or 0) for name, count in precisions.items()}
    house = sum(counts.get(name, 0) for name in _HOUSE)
    rows = moved.get("lignes") or []
    return Location(
        total=sum(counts.values()),
        house=house,
        near=house + sum(counts.get(name, 0) for name in _STREET),
        tasks=_tasks(report, moved, imprecise, neighbours),
        moved=tuple(_moved(row, dataset_href) for row in rows),
        moved_total=int(moved.get("nombre") or 0),
        map=moves_of(rows),
        imprecise=imprecise.get("lieux") or [],
        imprecise_total=int(imprecise.get("nombre") or 0),
        neighbours=neighbours.get("lignes") or [],
        neighbours_total=int(neighbours.get("nombre") or 0),
        warnings=tuple(
            Text(str(one.get("fr") or ""), str(one.get("en") or ""))
            for one in found.get("avertissements") or []
        ),
    )


def _moved(row: Mapping[str, Any], dataset_href: str) -> Moved:
    distance = _kilometres(row.get("km"))
    return Moved(
        row=row,
        href=place_href(dataset_href, row.get("lieu_id")),
        what=labels.label(labels.MOVES, row.get("code")),
        km=distance,
        stated=_point(row, "_source"),
        published=_point(row),
    )


def _kilometres(km: Any) -> Text:
    """A distance, with a decimal where that says something."""
    near = isinstance(km, int | float) and km < _FAR_KM
    said = number(km, 1 if near else 0)
    return Text(f"{said.fr} km", f"{said.en} km")


def place_href(dataset_href: str, place_id: object) -> str:
    """The line of a place on the dataset's page; "" without such a page."""
    page = links.relative_path(dataset_href)
    anchor = links.place_anchor(place_id)
    return f"{page}#{anchor}" if page and anchor else ""


def _point(row: Mapping[str, Any], suffix: str = "") -> tuple[str, str]:
    """A point as it is written, and where it is shown on a map of the web."""
    found = point_of(row, suffix)
    if found is None:
        return "", ""
    text = ", ".join(f"{degrees:.6f}".rstrip("0").rstrip(".") for degrees in found)
    return text, links.map_url(*found)


def _tasks(
    report: Mapping[str, Any],
    moved: Mapping[str, Any],
    imprecise: Mapping[str, Any],
    neighbours: Mapping[str, Any],
) -> tuple[Task, ...]:
    tasks = [
        _counted_task(
            moved,
            "deplaces",
            ("point déplacé de plus de 2 km|points déplacés de plus de 2 km",
             "point moved by more than 2 km|points moved by more than 2 km"),
            Text(
                "Comparez le point et l'adresse dans le fichier source : corrigez celui des deux "
                "qui est faux.",
                "Compare the point and the address in the source file: correct whichever is wrong.",
            ),
        ),
        *(_reason_task(one, imprecise, report) for one in imprecise.get("raisons") or []),
        _counted_task(
            neighbours,
            "voisines",
            ("commune corrigée d'après l'adresse|communes corrigées d'après l'adresse",
             "commune corrected by the address|communes corrected by the address"),
            Text(
                "Corrigez la commune dans le fichier source.",
                "Correct the commune in the source file.",
            ),
        ),
    ]  # fmt: skip
    return tuple(task for task in tasks if task is not None)


def _counted_task(
    part: Mapping[str, Any], anchor: str, nouns: tuple[str, str], advice: Text
) -> Task | None:
    count = int(part.get("nombre") or 0)
    return Task(anchor, counted(count, *nouns), advice) if count else None


def _reason_task(
    reason: Mapping[str, Any], imprecise: Mapping[str, Any], report: Mapping[str, Any]
) -> Task:
    """The places that one thing keeps at the centre of their commune."""
    count = counted(reason.get("nombre") or 0, "lieu à préciser|lieux à préciser", "place|places")
    what = Text(
        f"{count.fr} : {reason.get('phrase_fr') or ''}",
        f"{count.en} to make more precise: {reason.get('phrase_en') or ''}",
    )
    advice = Text(str(reason.get("conseil_fr") or ""), str(reason.get("conseil_en") or ""))
    sources = _named_sources(reason.get("sources") or {})
    if sources.fr:
        advice = Text(f"{advice.fr} Sources : {sources.fr}.", f"{advice.en} Sources: {sources.en}.")
    if reason.get("code") == "sans_fichier":
        command = update_command(report)
        missing = [str(one) for one in imprecise.get("departements_sans_fichier") or []]
        listed = f"{'départements' if len(missing) > 1 else 'département'} {', '.join(missing)}"
        if len(missing) > _LISTED:
            listed = f"{len(missing)} départements"
        advice = Text(f"Lancez « {command} » ({listed}).", f"Run “{command}” ({listed}).")
    return Task("a-preciser", what, advice)


def _named_sources(counts: Mapping[str, Any]) -> Text:
    """The sources with most of the places, each with its count, and how many are not named."""
    named = [(name, number(count)) for name, count in list(counts.items())[:_NAMED]]
    fr, en = [f"{name} ({n.fr})" for name, n in named], [f"{name} ({n.en})" for name, n in named]
    others = len(counts) - len(named)
    if others > 0:
        more = counted(others, "autre|autres", "other|others")
        fr, en = [*fr, more.fr], [*en, more.en]
    return Text(", ".join(fr), ", ".join(en))

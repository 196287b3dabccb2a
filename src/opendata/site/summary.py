"""What a report comes down to: does anything need a person, and do the rows add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.site.wording import counted, number

#: The four ends a source row can have; together they are the rows read.
ENDS = ("publiees", "fusionnees", "quarantaine", "hors_territoire")


@dataclass(frozen=True, slots=True)
class State:
    """The state of a release in one sentence; ``calm`` when nobody has to act."""

    calm: bool
    sentence: Text


def state_of(report: Mapping[str, Any]) -> State:
    """Everything in a report that needs a person, said in one sentence."""
    concerns = _concerns(report)
    sources = report.get("sources") or []
    if concerns:
        needs = Text(", ".join(c.fr for c in concerns), ", ".join(c.en for c in concerns))
        return State(False, Text(f"À regarder : {needs.fr}.", f"Needs a person: {needs.en}."))
    if not sources:
        return State(True, Text("Ce jeu n'a pas de source.", "This dataset has no source."))
    fresh = counted(len(sources), "source à jour|sources à jour", "source|sources")
    return State(
        True,
        Text(
            f"Tout va bien : {fresh.fr}, aucune ligne en quarantaine, aucune erreur.",
            f"All is well: {fresh.en} up to date, no row in quarantine, no error.",
        ),
    )


def _concerns(report: Mapping[str, Any]) -> list[Text]:
    sources = report.get("sources") or []
    states = [source.get("etat") for source in sources]
    errors = [p for p in report.get("problemes") or [] if p.get("severity") == "error"]
    counts = (
        (len(unbalanced(report)), _UNBALANCED),
        (states.count("absente"), _MISSING),
        (states.count("perimee"), _STALE),
        (states.count("non_publiee"), _UNPUBLISHED),
        (int((report.get("total") or {}).get("quarantaine") or 0), _QUARANTINED),
        (sum(int(problem.get("nombre") or 0) for problem in errors), _ERRORS),
    )
    return [counted(count, *nouns) for count, nouns in counts if count]


_UNBALANCED = (
    "compte de lignes ne tombe pas juste|comptes de lignes ne tombent pas juste",
    "row count does not add up|row counts do not add up",
)
_MISSING = ("source est absente|sources sont absentes", "source is missing|sources are missing")
_STALE = (
    "source est sur sa dernière bonne copie|sources sont sur leur dernière bonne copie",
    "source is on its last good copy|sources are on their last good copy",
)
_UNPUBLISHED = (
    "source n'est pas publiée|sources ne sont pas publiées",
    "source is not published|sources are not published",
)
_QUARANTINED = (
    "ligne est en quarantaine|lignes sont en quarantaine",
    "row is in quarantine|rows are in quarantine",
)
_ERRORS = ("erreur est à corriger|erreurs sont à corriger", "error to correct|errors to correct")


def balances(counts: Mapping[str, Any]) -> bool:
    """Whether the rows read are the sum of the four ends."""
    return int(counts.get("lignes_lues") or 0) == sum(int(counts.get(end) or 0) for end in ENDS)


def unbalanced(report: Mapping[str, Any]) -> list[str]:
    """Ids of the sources (and ``total``) whose rows do not add up."""
    lines = [(str(s.get("source", "")), s) for s in report.get("sources") or []]
    lines.append(("total", report.get("total") or {}))
    return [name for name, counts in lines if not balances(counts)]


def equation(total: Mapping[str, Any]) -> Text:
    """The sum of the total line, with its numbers."""
    read, *ends = (number(total.get(name) or 0) for name in ("lignes_lues", *ENDS))
    sign = "=" if balances(total) else "≠"
    return Text(
        f"{read.fr} {sign} {' + '.join(end.fr for end in ends)}",
        f"{read.en} {sign} {' + '.join(end.en for end in ends)}",
    )


def problems_by_source(
    problems: Sequence[Mapping[str, Any]],
) -> dict[str, list[Mapping[str, Any]]]:
    """The problems under each source, sources in the order of their worst problem."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for problem in problems:
        groups.setdefault(str(problem.get("source") or ""), []).append(problem)
    return groups

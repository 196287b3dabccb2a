"""What a report comes down to: does anything need a person, and do the rows add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.site.wording import counted, number

#: Above this share of places at the centre of their commune, something is missing.
COARSE_SHARE = 1 / 3
UPDATE = "opendata reference update"
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
    coarse = _coarse(report)
    sources = report.get("sources") or []
    if concerns or coarse:
        needs = [*concerns, *([coarse] if coarse else [])]
        fr, en = ", ".join(need.fr for need in needs), ", ".join(need.en for need in needs)
        return State(False, Text(f"À regarder : {fr}.", f"Needs a person: {en}."))
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


def _coarse(report: Mapping[str, Any]) -> Text | None:
    """That too many places stand at the centre of their commune, and what to do about it."""
    precisions = report.get("precisions") or {}
    coarse = sum(int(precisions.get(name) or 0) for name in ("commune", "aucune"))
    total = sum(int(count or 0) for count in precisions.values())
    if coarse <= COARSE_SHARE * total:
        return None
    count, whole, remedy = counted(coarse, *_COARSE), number(total), _remedy(report)
    return Text(
        f"{count.fr} (sur {whole.fr}) : {remedy.fr}", f"{count.en} (of {whole.en}): {remedy.en}"
    )


def _remedy(report: Mapping[str, Any]) -> Text:
    """Address files where they are what is missing most; else the addresses themselves."""
    imprecise = (report.get("localisation") or {}).get("a_preciser") or {}
    reasons = {
        str(one.get("code")): int(one.get("nombre") or 0) for one in imprecise.get("raisons") or []
    }
    if reasons and max(reasons.values()) > reasons.get("sans_fichier", 0):
        return Text(
            "voyez sous « Localisation » ce qui manque à leurs adresses",
            "see under “Location” what their addresses lack",
        )
    command = update_command(report)
    return Text(f"lancez « {command} »", f"run “{command}”")


def update_command(report: Mapping[str, Any]) -> str:
    """What downloads the addresses of a dataset's territory."""
    dataset = str(report.get("dataset") or "")
    return f"opendata reference update --dataset {dataset}" if dataset else UPDATE


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
_COARSE = (
    "lieu n'est situé au mieux qu'à sa commune|lieux ne sont situés au mieux qu'à leur commune",
    "place is known by its commune at best|places are known by their commune at best",
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

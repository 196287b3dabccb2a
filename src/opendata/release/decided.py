"""What persons did with a release of the same content, and what that makes of the findings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from opendata.language import Text
from opendata.model import Finding, PairDecision, ReleaseDecision

_DONE = {
    "held": Text("mise en attente", "held"),
    "dropped": Text("abandonnée", "dropped"),
    "withdrawn": Text("retirée", "withdrawn"),
}


def decided_findings(
    findings: Sequence[Finding],
    content: str,
    decisions: Sequence[ReleaseDecision],
    withdrawn: Mapping[str, tuple[str, str]],
) -> list[Finding]:
    """The findings once the last decision on ``content`` is heard.

    Published in spite of them: its tolerance blockers become warnings. Held, dropped or
    withdrawn: that comes first, for what a person took back must not come back by itself the
    next night. ``withdrawn`` maps the contents of withdrawn releases to version and reason.
    """
    last = next((one for one in reversed(decisions) if one.content == content), None)
    if last is None and content in withdrawn:
        version, reason = withdrawn[content]
        last = ReleaseDecision("withdrawn", version, content, reason, "", "")
    if last is None:
        return list(findings)
    if last.action == "published":
        return [_accepted(one, last) for one in findings]
    signed = Text(*(f"{by} {last.author} : " if last.author else "" for by in ("par", "by")))
    done = _DONE[last.action]
    text = Text(
        f"ce contenu est celui de la version {last.version}, {done.fr} ({signed.fr}{last.reason})",
        f"this is the content of version {last.version}, which was {done.en} "
        f"({signed.en.replace(' : ', ': ')}{last.reason})",
    )
    return [Finding(f"contenu_{last.action}", "blocker", text), *findings]


def _accepted(finding: Finding, decision: ReleaseDecision) -> Finding:
    """A tolerance passed that a person has let through; integrity is nobody's to let through."""
    if finding.severity != "blocker" or not finding.gate:
        return finding
    text = Text(
        f"{finding.text.fr} ; publié malgré tout par {decision.author} : {decision.reason}",
        f"{finding.text.en}; published all the same by {decision.author}: {decision.reason}",
    )
    return replace(finding, severity="warning", text=text)


def suspended_findings(
    suspended: Sequence[PairDecision], contradicted: Sequence[tuple[str, str]] = ()
) -> list[Finding]:
    """Answers about pairs that do not hold: a person looks again.

    Rows that bear other names by now, and pairs that one answer joins and others part.
    """
    found = []
    for one in suspended:
        rows = " / ".join(":".join(row) for row in one.rows)
        names = " / ".join(one.names)
        text = Text(
            f"la décision sur {rows} ({names}) ne s'applique plus : une de ces lignes porte un "
            "autre nom ; décidez de nouveau, ou retirez-la du fichier des décisions",
            f"the decision on {rows} ({names}) no longer applies: one of these rows bears another "
            "name; decide again, or remove it from the file of decisions",
        )
        found.append(Finding("decision_perimee", "warning", text, subject=rows))
    for pair in contradicted:
        rows = " / ".join(pair)
        text = Text(
            f"la décision « même lieu » sur {rows} est contredite par d'autres décisions, qui "
            "séparent ces lignes ou celles qui leur sont réunies : elle n'est pas suivie ; "
            "corrigez le fichier des décisions",
            f"the decision “same place” on {rows} is contradicted by others, which part these "
            "rows or those joined to them: it is not followed; correct the file of decisions",
        )
        found.append(Finding("decisions_contraires", "warning", text, subject=rows))
    return found

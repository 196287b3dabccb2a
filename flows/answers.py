"""What a person may decide of a release in the Prefect page, and doing it.

Nothing here knows Prefect: :func:`decide` is what both forms come to, the one of a run that
waits (``flows.ask``) and the one that is there at any time (``flows.decide``).
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from flows.difference import plain
from opendata.errors import UsageError
from opendata.language import Text
from opendata.paths import Paths
from opendata.site.wording import french_spacing
from opendata.steward import Decided, drop_staged, hold_staged, publish_staged, take_back


class Decision(StrEnum):
    """What can be decided at any time; the values are what the form shows."""

    publier = "publier la version en attente"
    attendre = "la faire attendre"
    abandonner = "l'abandonner"
    revenir = "revenir à une version antérieure"


@dataclass(frozen=True)
class Done:
    """A decision that was carried out.

    ``version`` is the one that was decided on, for ``revenir`` the one readers get again;
    ``unrecorded`` says why the decision is not on record (None: it is).
    """

    decision: str
    dataset: str
    version: str
    reason: str
    author: str
    said: Text
    unrecorded: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        unrecorded = self.unrecorded._asdict() if self.unrecorded else None
        return asdict(self) | {"said": self.said._asdict(), "unrecorded": unrecorded}

    def markdown(self) -> str:
        """What was done, as the page shows it."""
        lines = [f"# {self.said.fr}", f"- décidé par : {plain(self.author)}"]
        lines += [f"- raison : {plain(self.reason)}"] if self.reason else []
        if self.unrecorded:
            lines.append(f"- **c'est fait, mais pas consigné** : {plain(self.unrecorded.fr)}")
        return french_spacing("\n".join(lines))


def decide(
    decision: Decision,
    dataset: str,
    paths: Paths,
    *,
    reason: str,
    author: str,
    version: str = "",
    seal: str = "",
) -> Done:
    """Carry out a decision. ``version`` and ``seal``, where given, are what was looked at: another
    release is refused (for ``revenir``, ``version`` is the one to go back to).

    Raises UsageError for a name or a reason that is missing and for what cannot be done,
    BusyError while a publication of the dataset is under way.
    """
    reason, author = " ".join(reason.split()), " ".join(author.split())
    _require_signed(decision, reason, author)
    named = version.strip() or None
    if decision is Decision.revenir:
        found = take_back(dataset, named, reason, paths, author=author)
    elif decision is Decision.publier:
        found = publish_staged(
            dataset, named, paths, seal=seal.strip(), reason=reason, author=author
        )
    else:
        act = hold_staged if decision is Decision.attendre else drop_staged
        found = act(dataset, reason, paths, author=author, version=named, seal=seal.strip())
    said = _said(decision, dataset, found)
    return Done(decision.name, dataset, found.version, reason, author, said, found.unrecorded)


def _require_signed(decision: Decision, reason: str, author: str) -> None:
    if not author:
        raise UsageError(
            "nom_absent",
            fr="Le nom de la personne qui décide manque : il est consigné avec la décision ; "
            "indiquez le vôtre.",
            en="The name of the person who decides is missing: it is on record with the "
            "decision; give yours.",
        )
    if not reason and decision is not Decision.publier:
        raise UsageError(
            "raison_absente",
            fr=f"La raison manque : « {decision.name} » se décide en disant pourquoi (seule une "
            "publication peut s'en passer) ; indiquez-la.",
            en=f"The reason is missing: “{decision.name}” is decided with a reason (only a "
            "publication may go without); give it.",
        )


def _said(decision: Decision, dataset: str, found: Decided) -> Text:
    version = found.version
    return {
        Decision.publier: Text(
            f"{dataset} {version} est publié", f"{dataset} {version} is published"
        ),
        Decision.attendre: Text(
            f"{dataset} {version} attend : la version publiée reste en place",
            f"{dataset} {version} waits: the published release stays in place",
        ),
        Decision.abandonner: Text(
            f"{dataset} {version} est abandonné : la version publiée reste en place",
            f"{dataset} {version} is dropped: the published release stays in place",
        ),
        Decision.revenir: Text(
            f"{dataset} : la version {version} est de nouveau celle que reçoivent les "
            "réutilisateurs",
            f"{dataset}: version {version} is again the one that reusers get",
        ),
    }[decision]

"""A plan carried out; and when it stops half-way, the sentence that says so."""

from collections.abc import Callable
from dataclasses import dataclass

from opendata.language import Text
from opendata.paths import Paths
from opendata.portals.client import PortalError, TroubleError
from opendata.portals.compare import Remote, compare
from opendata.portals.journal import Journal
from opendata.portals.kinds import KINDS, UNREADABLE, unreadable
from opendata.portals.noted import note
from opendata.portals.plan import Plan
from opendata.portals.refusals import what_next
from opendata.portals.words import few, listed


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push left on the portal; ``toml`` is the line to write in the dataset's file ("")."""

    id: str
    page: str
    private: bool
    toml: str
    notes: tuple[Text, ...]


def apply(plan: Plan, paths: Paths, tell: Callable[[Text], None]) -> Pushed:
    """Carry out a plan made to be ``writing``; ``tell`` hears of each step. Raises PortalError."""
    name = plan.wanted.dataset
    if plan.remote is not None and plan.difference.empty:
        note(paths, plan.portal, name, plan.remote.id)
        return Pushed(plan.remote.id, plan.remote.page, plan.remote.private, "", ())
    latest: list[Remote] = [plan.remote] if plan.remote else []

    def made(remote: Remote) -> None:
        latest.append(remote)
        note(paths, plan.portal, name, remote.id)

    journal = Journal(tell, made)
    try:
        last = plan.api.carry_out(plan.remote, plan.aim, plan.difference, journal)
    except TroubleError as trouble:
        raise _stopped(plan, journal, latest, trouble) from trouble
    except UNREADABLE as problem:
        raise _stopped(plan, journal, latest, unreadable(problem)) from problem
    except KeyboardInterrupt as problem:
        # The command would say that nothing was published.
        reason = Text("interrompu au clavier", "interrupted at the keyboard")
        halt = TroubleError(reason, unsure=True)
        raise _stopped(plan, journal, latest, halt) from problem
    note(paths, plan.portal, name, last.id)
    return Pushed(
        id=last.id,
        page=last.page,
        private=last.private,
        toml=f'dataset = "{last.id}"' if plan.portal.dataset != last.id else "",
        notes=_not_kept(plan, last),
    )


def _not_kept(plan: Plan, last: Remote) -> tuple[Text, ...]:
    """Fields that the portal took and shows otherwise: the next plan will show them again."""
    left = compare(last, plan.aim)
    names = [change.field for change in left.changes]
    names += [f"{step.path} {change.field}" for step in left.files for change in step.changes]
    if not names:
        return ()
    listing = few(names, Text("champs", "fields"))
    return (
        Text(
            f"le portail n'a pas gardé ces champs tels qu'envoyés : {listing.fr}",
            f"the portal did not keep these fields as they were sent: {listing.en}",
        ),
    )


def _stopped(
    plan: Plan, journal: Journal, latest: list[Remote], trouble: TroubleError
) -> PortalError:
    """The sentence of a push that stopped: what is done, what is not, what the public sees."""
    name, portal, reason = plan.wanted.dataset, plan.portal, trouble.reason
    then = what_next(trouble, KINDS[portal.kind].variable, str(plan.file))
    done, left = listed(journal.done), listed(journal.left)
    seen = _seen(plan, journal, latest, trouble)
    return PortalError(
        "envoi_interrompu",
        fr=f"{name} : l'envoi vers {portal.url} s'est arrêté : {reason.fr} ; fait : {done.fr} ; "
        f"reste à faire : {left.fr} ; {seen.fr} ; {then.fr}.",
        en=f"{name}: the push to {portal.url} stopped: {reason.en}; done: {done.en}; left to do: "
        f"{left.en}; {seen.en}; {then.en}.",
    )


def _seen(plan: Plan, journal: Journal, latest: list[Remote], trouble: TroubleError) -> Text:
    """What the public sees now: the portal is asked once more, as a part of a sentence."""
    if not latest and not trouble.unsure:
        return Text("rien n'a été changé sur le portail", "nothing was changed on the portal")
    private = Text(
        "le jeu de données y est privé, le public n'en voit rien",
        "the dataset is private there, the public sees none of it",
    )
    try:
        now = plan.api.read(latest[-1].id) if latest else None
    except (TroubleError, *UNREADABLE):
        # The last step of all may have shown it.
        if latest and latest[-1].private and not (trouble.unsure and len(journal.left) == 1):
            return private
        now = None
    if now is None:
        return Text(
            "le portail ne répond plus, on ne peut donc pas dire si la dernière étape y a été "
            "faite ; les liens qu'il montre mènent toujours à la version courante",
            "the portal does not answer any more, so nobody can tell whether the last step was "
            "done there; the links it shows still lead to the latest release",
        )
    if now.private:
        return private
    if not journal.done and plan.remote is not None and now.raw == plan.remote.raw:
        return Text(
            "rien n'a été changé sur le portail, le public y voit le jeu de données tel qu'avant",
            "nothing was changed on the portal, the public sees the dataset as before",
        )
    files = compare(now, plan.aim).files
    total, late = len(plan.aim.files), sum(step.action != "remove" for step in files)
    gone = sum(step.action == "remove" for step in files)
    extra = Text(
        f" (et {gone} à retirer encore, dont le lien ne mène plus à rien)" if gone else "",
        f" (and {gone} still to be removed, whose links lead nowhere)" if gone else "",
    )
    return Text(
        "fichiers que le public voit sur le portail décrits dans leur état nouveau : "
        f"{total - late} sur {total}{extra.fr}, et leurs liens mènent à la version courante",
        "files that the public sees on the portal described in their new state: "
        f"{total - late} of {total}{extra.en}, and their links lead to the latest release",
    )

"""What a push would do: the release, the portal, and all that is between them."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendata.catalog import load_catalogue
from opendata.catalog.portals import required_keys
from opendata.catalog.site import FILE as CATALOGUE_FILE
from opendata.errors import BusyError, UsageError
from opendata.files import read_json
from opendata.language import Text
from opendata.locks import held
from opendata.model import Dataset, Portal
from opendata.paths import Paths
from opendata.portals.client import Client, PortalError, TroubleError
from opendata.portals.compare import (
    MARK_CATALOGUE,
    MARK_DATASET,
    MARK_PUSHING,
    MARK_VERSION,
    Aim,
    Change,
    Difference,
    Remote,
    compare,
)
from opendata.portals.kinds import KINDS, UNREADABLE, Api, unreadable
from opendata.portals.noted import noted, notes_file
from opendata.portals.wanted import Wanted, other_address, wanted
from opendata.release import store


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would do. ``remote`` is the dataset as the portal shows it, None for none.

    ``file`` is where the dataset and its portals are described.
    """

    file: Path
    portal: Portal
    wanted: Wanted
    remote: Remote | None
    aim: Aim
    difference: Difference
    notes: tuple[Text, ...]
    api: Api

    @property
    def action(self) -> str:
        """ "create", "update" or "unchanged"."""
        if self.remote is None:
            return "create"
        return "unchanged" if self.difference.empty else "update"

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        remote = self.remote
        return {
            "dataset": self.wanted.dataset,
            "portal": self.portal.kind,
            "url": self.portal.url,
            "action": self.action,
            "id": remote.id if remote else "",
            "page": remote.page if remote else "",
            "version": self.wanted.version,
            "version_before": remote.marks.get(MARK_VERSION, "") if remote else "",
            "changes": list(map(_change_json, self.difference.changes)),
            "files": [
                {
                    "action": step.action,
                    "path": step.path,
                    "title": step.title,
                    "id": step.remote.id if step.remote else "",
                    "changes": list(map(_change_json, step.changes)),
                }
                for step in self.difference.files
            ],
            "others": self.difference.others,
            "notes": [note._asdict() for note in self.notes],
        }


@contextmanager
def planned(
    dataset: Dataset,
    kind: str,
    paths: Paths,
    *,
    writing: bool = False,
    even_demonstration: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Plan]:
    """The plan of a push of the latest release; nothing is written on the portal.

    ``writing``: it is going to be carried out, so no other push may come between. Raises
    UsageError (no portal, key or public address; an address that is no such portal; a dataset
    that is not ours), BusyError and PortalError (the portal does not answer, or refuses the key).
    """
    portal = _portal(dataset, kind)
    descriptor = _descriptor(dataset, paths)
    if descriptor.get("opendata", {}).get("demonstration") and not even_demonstration:
        raise UsageError(
            "jeu_de_demonstration",
            fr=f"{dataset.id} est un jeu de démonstration : ses lieux sont inventés, et un portail "
            "les montrerait comme de vraies données ; pour un portail d'essai, ajoutez "
            "--even-demonstration.",
            en=f"{dataset.id} is a demonstration dataset: its places are invented, and a portal "
            "would show them as real data; for a portal made for trials, add "
            "--even-demonstration.",
        )
    configured, file = load_catalogue(paths).url, str(paths.catalog / CATALOGUE_FILE)
    aimed = wanted(descriptor, configured, file)
    notes = other_address(aimed, configured, file)
    words = KINDS[kind]
    key = os.environ.get(words.variable, "")
    client = Client(portal.url, words.header, words.variable, key, sleep)
    with client, _alone(dataset.id, paths) if writing else nullcontext():
        api = words.api(client, portal, aimed)
        try:
            plan = _plan(api, portal, aimed, dataset, paths, notes)
        except TroubleError as trouble:
            raise _not_begun(api, portal, dataset.id, trouble) from trouble
        except UNREADABLE as problem:
            raise _not_begun(api, portal, dataset.id, unreadable(problem)) from problem
        yield plan


def _alone(dataset: str, paths: Paths) -> AbstractContextManager[None]:
    """Two pushes that both find nothing would both make the dataset."""
    busy = BusyError(
        "envoi_en_cours",
        fr=f"Un envoi de « {dataset} » vers un portail est déjà en cours : attendez sa fin.",
        en=f"A push of “{dataset}” to a portal is already under way: wait until it ends.",
    )
    return held(paths.dataset_state(dataset) / "portals.lock", busy)


def _portal(dataset: Dataset, kind: str) -> Portal:
    for portal in dataset.portals:
        if portal.kind == kind:
            return portal
    keys = required_keys(kind)
    fr = " et ".join(f"« {key} »" for key in keys)
    en = " and ".join(f"“{key}”" for key in keys)
    raise UsageError(
        "portail_absent",
        fr=f"{dataset.path} ne dit rien du portail « {kind} » : ajoutez-y la table "
        f"[portals.{kind}], avec {fr} (docs/portals.md).",
        en=f"{dataset.path} says nothing of the portal “{kind}”: add the table [portals.{kind}] "
        f"to it, with {en} (docs/portals.md).",
    )


def _descriptor(dataset: Dataset, paths: Paths) -> dict[str, Any]:
    """That of the release readers get."""
    folder = store.latest(paths, dataset.id)
    if folder is None:
        raise UsageError(
            "rien_de_publie",
            fr=f"{dataset.id} n'a aucune version publiée : lancez d'abord "
            f"« opendata run {dataset.id} ».",
            en=f"{dataset.id} has no published release: run “opendata run {dataset.id}” first.",
        )
    if folder.name in store.withdrawn(paths, dataset.id):
        raise UsageError(
            "version_retiree",
            fr=f"La version {folder.name} de {dataset.id} est retirée, et son retrait a été "
            f"interrompu : lancez « opendata run {dataset.id} », qui le termine.",
            en=f"Release {folder.name} of {dataset.id} is withdrawn, and its withdrawal was "
            f"interrupted: run “opendata run {dataset.id}”, which finishes it.",
        )
    descriptor = read_json(folder / "datapackage.json")
    if not descriptor:
        raise PortalError(
            "descripteur_illisible",
            fr=f"Le fichier datapackage.json de la version {folder.name} de {dataset.id} est "
            "illisible : publiez de nouveau.",
            en=f"The file datapackage.json of release {folder.name} of {dataset.id} cannot be "
            "read: publish again.",
        )
    return descriptor


def _plan(
    api: Api,
    portal: Portal,
    aimed: Wanted,
    dataset: Dataset,
    paths: Paths,
    known: Iterable[Text],
) -> Plan:
    _check_organization(api, portal)
    api.check_key()
    notes = list(known)
    remote = _find(api, portal, aimed, paths, notes)
    aim = api.aim(remote)
    if remote is not None:
        notes += _about(remote, portal, aimed)
    difference = compare(remote, aim)
    told = (*notes, *aim.notes)
    return Plan(dataset.path, portal, aimed, remote, aim, difference, told, api)


def _check_organization(api: Api, portal: Portal) -> None:
    try:
        api.organization()
    except TroubleError as trouble:
        if not trouble.absent:
            raise
        raise UsageError(
            "organisation_inconnue",
            fr=f"{portal.url} ne connaît pas l'organisation « {portal.organization} » : corrigez "
            f"« organization » dans [portals.{portal.kind}].",
            en=f"{portal.url} knows no organization “{portal.organization}”: correct "
            f"“organization” in [portals.{portal.kind}].",
        ) from trouble


def _find(
    api: Api, portal: Portal, aimed: Wanted, paths: Paths, notes: list[Text]
) -> Remote | None:
    """The dataset on the portal: named in the TOML, noted by the last push, or looked for."""
    known = portal.dataset or noted(paths, portal, aimed.dataset)
    if known:
        remote = api.read(known)
        _check_found(remote, known, portal, aimed, api, notes_file(paths, aimed.dataset))
        return remote
    found: list[Remote] = []
    elsewhere: list[Remote] = []
    for remote in api.search():
        if remote.deleted or remote.marks.get(MARK_DATASET) != aimed.dataset:
            continue
        ours = remote.marks.get(MARK_CATALOGUE) == aimed.catalogue
        (found if ours else elsewhere).append(remote)
    if len(found) > 1:
        ids = ", ".join(remote.id for remote in found)
        raise UsageError(
            "jeu_en_double_sur_le_portail",
            fr=f"{portal.url} a plusieurs jeux de données marqués « {aimed.dataset} » ({ids}) : "
            f'gardez-en un, et nommez-le par « dataset = "…" » dans [portals.{portal.kind}].',
            en=f"{portal.url} has several datasets marked “{aimed.dataset}” ({ids}): keep one of "
            f'them, and name it with “dataset = "…"” in [portals.{portal.kind}].',
        )
    if not found:
        notes += [
            Text(
                f"le jeu {other.id} porte la même marque, mais vient de "
                f"{other.marks.get(MARK_CATALOGUE)} : si c'est lui, n'en créez pas un second et "
                f'écrivez dataset = "{other.id}" dans [portals.{portal.kind}]',
                f"dataset {other.id} carries the same mark, but comes from "
                f"{other.marks.get(MARK_CATALOGUE)}: if it is this one, do not create a second and "
                f'write dataset = "{other.id}" in [portals.{portal.kind}]',
            )
            for other in elsewhere
        ]
    return found[0] if found else None


def _check_found(
    remote: Remote | None, known: str, portal: Portal, aimed: Wanted, api: Api, notes: Path
) -> None:
    where = (
        Text(f"« dataset » de [portals.{portal.kind}]", f"“dataset” in [portals.{portal.kind}]")
        if portal.dataset
        else Text(str(notes), str(notes))
    )
    if remote is None or remote.deleted:
        raise UsageError(
            "jeu_supprime_du_portail",
            fr=f"Le jeu de données {known} n'est plus sur {portal.url} (supprimé, ou invisible "
            f"pour cette clé) : restaurez-le sur le portail, ou, pour en créer un autre, retirez "
            f"{where.fr}.",
            en=f"Dataset {known} is no longer on {portal.url} (deleted, or out of this key's "
            f"sight): restore it on the portal, or, to make another one, remove {where.en}.",
        )
    if remote.organization != api.organization():
        raise UsageError(
            "jeu_d_une_autre_organisation",
            fr=f"Le jeu de données {known} de {portal.url} n'est pas à l'organisation "
            f"« {portal.organization} » : corrigez {where.fr}, ou « organization ».",
            en=f"Dataset {known} of {portal.url} does not belong to the organization "
            f"“{portal.organization}”: correct {where.en}, or “organization”.",
        )
    other = remote.marks.get(MARK_DATASET, aimed.dataset)
    if other != aimed.dataset:
        raise UsageError(
            "jeu_d_un_autre_nom",
            fr=f"Le jeu de données {known} de {portal.url} est celui de « {other} », pas de "
            f"« {aimed.dataset} » : corrigez {where.fr}.",
            en=f"Dataset {known} of {portal.url} is that of “{other}”, not of “{aimed.dataset}”: "
            f"correct {where.en}.",
        )


def _about(remote: Remote, portal: Portal, aimed: Wanted) -> list[Text]:
    """What a steward should know before this dataset is changed."""
    notes = []
    if MARK_DATASET not in remote.marks:
        notes.append(
            Text(
                "ce jeu n'a pas été créé par opendata : les champs ci-dessus y seront remplacés, "
                "ses ressources seront gardées",
                "this dataset was not made by opendata: the fields above will be replaced, its "
                "resources will be kept",
            )
        )
    if pushing := remote.marks.get(MARK_PUSHING):
        notes.append(
            Text(
                f"un envoi de la version {pushing} a été interrompu : voici ce qu'il reste à faire",
                f"a push of release {pushing} was interrupted: this is what is left to do",
            )
        )
    shown = remote.marks.get(MARK_VERSION, "")
    if shown and store.version_key(shown) > store.version_key(aimed.version):
        notes.append(
            Text(
                f"le portail montre la version {shown}, plus récente : celle que reçoivent les "
                f"réutilisateurs, {aimed.version}, va la remplacer",
                f"the portal shows release {shown}, which is newer: the one that reusers get, "
                f"{aimed.version}, will replace it",
            )
        )
    if remote.private and not portal.private and shown and MARK_PUSHING not in remote.marks:
        notes.append(
            Text(
                "quelqu'un a rendu ce jeu privé sur le portail : l'envoi le rendra public ; pour "
                f"le garder privé, écrivez private = true dans [portals.{portal.kind}]",
                "somebody made this dataset private on the portal: the push makes it public "
                f"again; to keep it private, write private = true in [portals.{portal.kind}]",
            )
        )
    if portal.dataset and portal.dataset != remote.id:
        notes.append(
            Text(
                f"« dataset » vaut « {portal.dataset} », un nom qui peut changer : écrivez plutôt "
                f'dataset = "{remote.id}"',
                f"“dataset” is “{portal.dataset}”, a name that may change: rather write "
                f'dataset = "{remote.id}"',
            )
        )
    return notes


def _not_begun(api: Api, portal: Portal, dataset: str, trouble: TroubleError) -> PortalError:
    reason = trouble.reason
    return PortalError(
        "portail_illisible",
        fr=f"{dataset} : {api.name} ({portal.url}) n'a pas pu être consulté : {reason.fr} ; rien "
        "n'y a été changé.",
        en=f"{dataset}: {api.name} ({portal.url}) could not be consulted: {reason.en}; nothing was "
        "changed there.",
    )


def _change_json(change: Change) -> dict[str, Any]:
    return {"field": change.field, "before": change.before, "after": change.after}

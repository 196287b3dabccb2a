"""What steps and fields are called in the plan and in the sentences."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from opendata.catalog.toml import short
from opendata.language import Text
from opendata.portals.compare import (
    MARK_CATALOGUE,
    MARK_CONTENT,
    MARK_DATASET,
    MARK_PATH,
    MARK_PUSHING,
    MARK_VERSION,
    Change,
    Difference,
    FileStep,
)
from opendata.site.changed import around_change

FILES = Text("fichiers", "files")
#: Names told in a sentence; when there are more, they are counted.
_NAMED = 3
_NOTHING = "∅"
#: Characters of a long value in the plan, and of those before its first difference.
_LONGEST, _BEFORE = 80, 24

FIELDS = {
    "title": Text("titre", "title"),
    "description": Text("description", "description"),
    "license": Text("licence", "licence"),
    "frequency": Text("fréquence", "frequency"),
    "zones": Text("territoire", "territory"),
    "granularity": Text("granularité", "granularity"),
    "temporal": Text("période couverte", "period covered"),
    "tags": Text("mots-clés", "tags"),
    "private": Text("privé", "private"),
    "type": Text("type", "type"),
    "url": Text("adresse", "address"),
    "format": Text("format", "format"),
    "mime": Text("type MIME", "MIME type"),
    "filesize": Text("taille (octets)", "size (bytes)"),
    "checksum": Text("empreinte", "checksum"),
    "schema": Text("schéma", "schema"),
    "author": Text("auteur", "author"),
    "maintainer": Text("contact", "contact"),
    "maintainer_email": Text("courriel de contact", "contact e-mail"),
    "spatial": Text("emprise", "extent"),
    "spatial_uri": Text("territoire", "territory"),
    "spatial_text": Text("nom du territoire", "name of the territory"),
    "temporal_start": Text("début de la période", "start of the period"),
    "temporal_end": Text("fin de la période", "end of the period"),
    "version": Text("version affichée", "version shown"),
    MARK_DATASET: Text("marque du jeu de données", "mark of the dataset"),
    MARK_CATALOGUE: Text("marque du catalogue", "mark of the catalogue"),
    MARK_VERSION: Text("version", "version"),
    MARK_CONTENT: Text("marque du contenu", "mark of the content"),
    MARK_PUSHING: Text("envoi inachevé", "unfinished push"),
    MARK_PATH: Text("marque du fichier", "mark of the file"),
}


class Label(NamedTuple):
    """A step of a push: a noun, so that it can be said of what is done and of what is left.

    Steps on files say what is done (``action``) and to which (``path``), to be told together.
    """

    text: Text
    action: str = ""
    path: str = ""


MADE = Label(Text("création du jeu de données, encore privé", "making of the dataset, in private"))
MARKED = Label(
    Text("inscription de la version et visibilité", "writing of the version, and visibility")
)
WHOLE = Label(Text("jeu de données et fichiers, d'un seul coup", "dataset and files, at once"))

_ACTIONS = {
    "create": Text("ajout de {}", "addition of {}"),
    "update": Text("mise à jour de {}", "update of {}"),
    "remove": Text("retrait de {}", "removal of {}"),
}


def field_name(name: str) -> Text:
    """What a person calls a field of a portal."""
    return FIELDS.get(name, Text(name, name))


def file_label(step: FileStep) -> Label:
    """One file that is made, changed or removed."""
    return Label(_action(step.action, [step.path]), step.action, step.path)


def fields_sent(difference: Difference) -> Label:
    """The description of the dataset, sent before its files."""
    names = [
        change.field for change in difference.changes if not change.field.startswith("opendata:")
    ]
    fr = ", ".join(field_name(name).fr for name in names) or "début de l'envoi"
    en = ", ".join(field_name(name).en for name in names) or "start of the push"
    return Label(
        Text(f"description du jeu de données ({fr})", f"description of the dataset ({en})")
    )


def few(names: Sequence[str], what: Text) -> Text:
    """Names in a sentence: all of them, or how many and the first ones.

    >>> few(["a", "b", "c", "d"], FILES).en
    '4 files (a, b, c…)'
    """
    listing = ", ".join(names[:_NAMED])
    if len(names) <= _NAMED:
        return Text(listing, listing)
    count = len(names)
    return Text(f"{count} {what.fr} ({listing}…)", f"{count} {what.en} ({listing}…)")


def _action(action: str, paths: list[str]) -> Text:
    words, names = _ACTIONS[action], few(paths, FILES)
    return Text(words.fr.format(names.fr), words.en.format(names.en))


def shown(change: Change) -> tuple[str, str]:
    """The old and the new value, each on one line; long ones around their first difference."""
    before, after = _plain(change.before), _plain(change.after)
    if not before or not after:
        return short(before) or _NOTHING, short(after) or _NOTHING
    return around_change(before, after, _LONGEST, _BEFORE)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(Text("oui", "yes") if value else Text("non", "no"))
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return "" if value is None else " ".join(str(value).split())


def listed(labels: list[Label]) -> Text:
    """Steps one after the other, the files of one action together, as a part of a sentence."""
    said: list[Text] = []
    for action, alike in groupby(labels, lambda label: label.action):
        steps = list(alike)
        if action:
            said.append(_action(action, [step.path for step in steps]))
        else:
            said += [step.text for step in steps]
    if not said:
        return Text("rien", "nothing")
    return Text(", ".join(one.fr for one in said), ", ".join(one.en for one in said))

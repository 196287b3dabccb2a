"""What each release changed about a place, in words."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from opendata.geocode.points import distance_km
from opendata.language import Text
from opendata.paths import Paths
from opendata.release import store
from opendata.schema import SEPARATOR, fields, labels_of
from opendata.site.labels import METHODS, PRECISIONS_SHORT
from opendata.why.point_words import metres
from opendata.why.releases import rows_of

#: Characters of a value; a description can have thousands.
_VALUE = 120
_POINT = ("latitude", "longitude")
_MARKS: Mapping[str, Text] = {
    "retiree": Text(" (version retirée)", " (withdrawn release)"),
    "en_attente": Text(" (version en attente d'une décision)", " (release that waits)"),
}
_SIMPLE = {
    "ajout": Text("publié pour la première fois", "published for the first time"),
    "suppression": Text("n'est plus publié", "no longer published"),
    "reouverture": Text("de retour", "back"),
}


def history(place_id: str, dataset: str, paths: Paths) -> list[dict[str, str]]:
    """The changes of a place, oldest first, as ``changements`` has them and in both languages.

    ``etat`` is that of the release: ``publiee``, ``retiree`` or ``en_attente``.
    """
    lines: list[dict[str, str]] = []
    for version, folder, state in _releases(dataset, paths):
        for row in rows_of(folder, "changements", place_id).to_dict("records"):
            change = {name: row[name] for name in ("changement", "champ", "ancien", "nouveau")}
            said = _said(change, folder)
            lines.append(
                {"version": version, "etat": state} | change | {"fr": said.fr, "en": said.en}
            )
    return lines


def told(lines: Sequence[Mapping[str, str]]) -> list[Text]:
    """The lines to read: a move tells of its latitude and longitude, nothing else does twice."""
    moved = {one["version"] for one in lines if one["changement"] == "deplacement"}
    return [
        Text(f"{one['version']}{mark.fr} : {one['fr']}", f"{one['version']}{mark.en}: {one['en']}")
        for one in lines
        if not (one["version"] in moved and one["champ"] in _POINT)
        for mark in [_MARKS.get(one["etat"], Text("", ""))]
    ]


def _releases(dataset: str, paths: Paths) -> Iterable[tuple[str, Path, str]]:
    taken_back = store.withdrawn(paths, dataset)
    for version in store.versions(paths, dataset):
        state = "retiree" if version in taken_back else "publiee"
        yield version, paths.releases(dataset) / version, state
    waiting = store.staged_release(paths, dataset)
    if waiting is not None:
        yield waiting.version, waiting.folder, "en_attente"


def _said(change: Mapping[str, str], folder: Path) -> Text:
    kind, old, new = (change[name] for name in ("changement", "ancien", "nouveau"))
    match kind:
        case "fusion":
            heirs = rows_of(folder, "lieux", new)["nom"]
            name = f"{heirs.iloc[0]} ({new})" if len(heirs) else new
            return Text(f"réuni à {name}", f"merged into {name}")
        case "deplacement":
            far = _distance(old, new)
            return Text(f"déplacé{far.fr} : {old} → {new}", f"moved{far.en}: {old} → {new}")
        case "modification":
            return _modified(change["champ"], old, new)
    return _SIMPLE.get(kind, Text(kind, kind))


def _distance(old: str, new: str) -> Text:
    try:
        (latitude, longitude), (other, along) = (
            (float(one) for one in point.split(",")) for point in (old, new)
        )
    except ValueError:
        return Text("", "")
    far = metres(1000 * float(distance_km(latitude, longitude, other, along)))
    return Text(f" de {far.fr}", f" by {far.en}")


def _modified(name: str, old: str, new: str) -> Text:
    title = fields()[name].title if name in fields() else Text(name, name)
    before, after = value_words(name, old), value_words(name, new)
    return Text(
        f"{title.fr} : {_quoted(before.fr, '« {} »', '(vide)')} → "
        f"{_quoted(after.fr, '« {} »', '(vide)')}",
        f"{title.en}: {_quoted(before.en, '“{}”', '(empty)')} → "
        f"{_quoted(after.en, '“{}”', '(empty)')}",
    )


def _quoted(value: str, marks: str, nothing: str) -> str:
    if not value:
        return nothing
    one_line = " ".join(value.split())
    return marks.format(one_line if len(one_line) <= _VALUE else one_line[:_VALUE].rstrip() + "…")


def value_words(name: str, value: str) -> Text:
    """A published value as people say it: the words of a code, anything else as it is."""
    if name == "geo_precision":
        return PRECISIONS_SHORT.get(value, Text(value, value))
    if name == "geo_methode":
        said = METHODS.get(value, Text(value, value))
        return Text(said.fr[:1].lower() + said.fr[1:], said.en[:1].lower() + said.en[1:])
    known = fields().get(name)
    if known is None or not (known.vocabulary or known.multiple):
        return Text(value, value)
    labels = labels_of(known.vocabulary)
    each = [labels.get(one, Text(one, one)) for one in value.split(SEPARATOR)]
    return Text(", ".join(one.fr for one in each), ", ".join(one.en for one in each))

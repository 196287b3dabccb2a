"""What changed since the previous release: for machines (Parquet), and to be read (Markdown)."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from opendata.language import Language, Text
from opendata.model import Artifact, Release
from opendata.publish.changed_values import escaped, told_fields
from opendata.report import CHANGES, moves
from opendata.schema import table_schema
from opendata.site.changed import is_point
from opendata.site.wording import counted, number
from opendata.tables import column

NAME = "changements"
#: Lines of a list; the others are in the CSV.
SHOWN = 50


class Kind(NamedTuple):
    """How one kind of change is written: over its list, and after a number (``one|many``)."""

    title: Text
    places: Text
    short: Text


#: By the name of its count (see ``report.CHANGES``).
KINDS = {
    "ajouts": Kind(
        Text("Lieux ajoutés", "Places added"),
        Text("lieu ajouté|lieux ajoutés", "place added|places added"),
        Text("ajouté|ajoutés", "added"),
    ),
    "suppressions": Kind(
        Text("Lieux supprimés", "Places removed"),
        Text("lieu supprimé|lieux supprimés", "place removed|places removed"),
        Text("supprimé|supprimés", "removed"),
    ),
    "modifications": Kind(
        Text("Lieux modifiés", "Places changed"),
        Text("lieu modifié|lieux modifiés", "place changed|places changed"),
        Text("modifié|modifiés", "changed"),
    ),
    "deplacements": Kind(
        Text("Lieux déplacés de plus de 100 mètres", "Places moved by more than 100 metres"),
        Text("lieu déplacé|lieux déplacés", "place moved|places moved"),
        Text("déplacé|déplacés", "moved"),
    ),
    "fusions": Kind(
        Text("Lieux fusionnés dans un autre", "Places merged into another"),
        Text("lieu fusionné|lieux fusionnés", "place merged|places merged"),
        Text("fusionné|fusionnés", "merged"),
    ),
    "reouvertures": Kind(
        Text("Lieux publiés de nouveau", "Places published again"),
        Text(
            "lieu publié de nouveau|lieux publiés de nouveau",
            "place published again|places published again",
        ),
        Text("publié de nouveau|publiés de nouveau", "published again"),
    ),
}
#: What a place that comes back was. Of an absent one nothing is said: its sources may have lost
#: it, or its row may have been part of another place meanwhile.
_BEFORE = {
    "ferme": Text(" (fermé auparavant)", " (closed before)"),
    "fusionne": Text(" (réuni à un autre auparavant)", " (joined to another before)"),
}
#: How far a reader of the last release's columns can read this one's.
LEVELS = {
    "documentation": Text("documentation seule", "documentation only"),
    "additive": Text("compatible", "compatible"),
    "breaking": Text("incompatible", "incompatible"),
}
_NOTHING = Text("aucun lieu n'a changé", "no place changed")


def summary(counts: Mapping[str, Any], *, short: bool = False) -> Text:
    """The counts of a release that are not zero, in words: “12 places added, 1 place removed”."""
    said = [
        counted(counts[name], *(kind.short if short else kind.places))
        for name, kind in KINDS.items()
        if counts.get(name)
    ]
    return Text(*map(", ".join, zip(*said, strict=True))) if said else _NOTHING


def write(release: Release, folder: Path) -> list[Artifact]:
    """``changements.parquet`` and ``changements.md``."""
    schema = table_schema(NAME)
    table = release.tables[NAME]
    columns = [field["name"] for field in schema["fields"]]
    (folder / f"{NAME}.parquet").write_bytes(parquet(table[columns]))
    text = markdown(release)
    (folder / f"{NAME}.md").write_text(text, encoding="utf-8", newline="")
    return [
        Artifact(
            f"{NAME}-parquet",
            f"{NAME}.parquet",
            Text(f"{schema['title']} (Parquet)", f"{schema['title_en']} (Parquet)"),
            "parquet",
            "application/vnd.apache.parquet",
        ),
        Artifact(
            f"{NAME}-texte",
            f"{NAME}.md",
            Text("Changements, à lire", "Changes, to be read"),
            "md",
            "text/markdown",
        ),
    ]


def parquet(table: pd.DataFrame) -> bytes:
    """A table of text as Parquet: strings, null for no value; the same table, the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # What pandas would add about itself is of no use to a reader, and changes with its version.
    schema = pa.schema([(str(name), pa.string()) for name in table.columns])
    values = table.mask(table == "", None)
    content = BytesIO()
    pq.write_table(
        pa.Table.from_pandas(values, schema, preserve_index=False).replace_schema_metadata(None),
        content,
        compression="zstd",
    )
    return content.getvalue()


def markdown(release: Release) -> str:
    """``changements.md``: French, then the same in English."""
    return "\n---\n\n".join("\n".join(_part(release, one)) + "\n" for one in ("fr", "en"))


def _part(release: Release, language: Language) -> Iterator[str]:
    dataset, report = release.dataset, release.report
    counts: Mapping[str, int] = report["changements"]
    title = Text(dataset.title, dataset.title_en or dataset.title).in_language(language)
    yield f"# {Text('Changements', 'Changes').in_language(language)} – {escaped(title)}"
    yield ""
    yield f"{_versions(release).in_language(language)} {summary(counts).in_language(language)}."
    yield from _columns(report.get("compatibilite") or {}, language)
    changes = release.tables[NAME]
    lines = {name: changes[changes["changement"] == CHANGES[name]] for name in KINDS}
    total = {name: lines[name]["lieu_id"].nunique() for name in KINDS}
    lines["modifications"] = _told_once(lines["modifications"], lines["deplacements"])
    names = _names(release.tables["lieux"], lines["fusions"]["nouveau"])
    for name, kind in KINDS.items():
        if total[name]:
            yield from _list(kind, lines[name], total[name], names, language)


def _versions(release: Release) -> Text:
    previous = str(release.report.get("version_precedente") or "")
    if previous:
        return Text(
            f"Version {release.version}, comparée à la version {previous} :",
            f"Version {release.version}, compared with version {previous}:",
        )
    if release.report["changements"].get("ajouts") == len(release.tables["lieux"]):
        return Text(
            f"Version {release.version}, la première :", f"Version {release.version}, the first:"
        )
    return Text(
        f"Version {release.version}, comparée à la précédente :",
        f"Version {release.version}, compared with the previous one:",
    )


def _columns(about: Mapping[str, Any], language: Language) -> Iterator[str]:
    """What those who read the tables by their columns must know (``release.compatibility``)."""
    if not about.get("tables"):
        return
    level = LEVELS[about["niveau"]]
    yield ""
    yield f"## {Text('Colonnes', 'Columns').in_language(language)} ({level.in_language(language)})"
    yield ""
    for table in about["tables"]:
        versions = " → ".join(filter(None, (table["avant"], table["apres"])))
        level = LEVELS[table["niveau"]]
        yield f"- `{table['table']}` {versions} ({level.in_language(language)})"
        yield from (f"  - {escaped(sentence)}" for sentence in table[f"phrases_{language}"])


def _told_once(modified: pd.DataFrame, moved: pd.DataFrame) -> pd.DataFrame:
    """Without the point of the places that moved, which are told by how far."""
    point = modified["champ"].map({name: is_point(name) for name in modified["champ"].unique()})
    return modified[~(point.astype("bool") & modified["lieu_id"].isin(moved["lieu_id"]))]


def _names(places: pd.DataFrame, wanted: pd.Series) -> dict[str, str]:
    """The names of the places that others became part of."""
    ids = column(places, "lieu_id")
    here = ids.isin(wanted)
    return dict(zip(ids[here], column(places, "nom")[here], strict=True))


def _list(
    kind: Kind, lines: pd.DataFrame, total: int, names: Mapping[str, str], language: Language
) -> Iterator[str]:
    """The places of one kind, one entry for all the fields of a place.

    ``total`` counts those too of which nothing is left to tell here: they only moved.
    """
    lines = lines.sort_values(["commune", "nom", "lieu_id"], kind="stable")
    known = lines["lieu_id"].unique()
    shown = known[:SHOWN]
    yield ""
    yield f"## {kind.title.in_language(language)} ({number(total).in_language(language)})"
    yield ""
    own = lines[lines["lieu_id"].isin(shown)]
    far = _metres(own)
    colon = Text(" : ", ": ").in_language(language)
    for identifier, cells in own.groupby("lieu_id", sort=False):
        rows = cells.to_dict("records")
        first = rows[0]
        where = ", ".join(filter(None, (f"**{escaped(first['nom'])}**", escaped(first["commune"]))))
        if first["changement"] == "modification":
            told = told_fields(rows, language)
        else:
            told = _told(first, names, far, language)
        yield f"- {where} (`{identifier}`)" + (f"{colon}{told}" if told else "")
    if len(known) > len(shown):
        others = counted(len(known) - len(shown), "autre|autres", "other|others")
        said = Text(f"… et {others.fr}", f"… and {others.en}").in_language(language)
        yield f"- {said} ([{NAME}.csv]({NAME}.csv))"
    if total > len(known):
        others = counted(total - len(known), "lieu|lieux", "place|places")
        only = Text(
            f"… et {others.fr} dont seul le point a changé (voir plus bas)",
            f"… and {others.en} of which only the point changed (see below)",
        )
        yield f"- {only.in_language(language)}"


def _told(
    line: Mapping[Any, str], names: Mapping[str, str], far: Mapping[str, float], language: Language
) -> str:
    """What one line of ``changements.csv`` says beside the name of the place."""
    new = line["nouveau"]
    match line["changement"]:
        case "deplacement" if line["lieu_id"] in far:
            metres = number(far[line["lieu_id"]])
            return Text(f"de {metres.fr} m", f"by {metres.en} m").in_language(language)
        case "fusion" if new:
            into = f"**{escaped(names[new])}** (`{new}`)" if names.get(new) else f"`{new}`"
            return Text(f"réuni à {into}", f"joined to {into}").in_language(language)
        case "reouverture":
            before = _BEFORE.get(line["ancien"], Text("", ""))
            return Text(f"de retour{before.fr}", f"back{before.en}").in_language(language)
    return ""


def _metres(lines: pd.DataFrame) -> dict[str, float]:
    """How far the places of some lines are from where they were, where both points are known."""
    moved = lines[lines["changement"] == "deplacement"]
    metres = moves(moved)["metres"].set_axis(moved["lieu_id"])
    return {str(place): float(far) for place, far in metres.dropna().items()}

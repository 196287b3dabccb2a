"""What changed since the previous release: for machines (Parquet), and to be read (Markdown)."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from opendata.language import Language, Text
from opendata.model import Artifact, Release
from opendata.report import CHANGES
from opendata.schema import fields, table_schema
from opendata.site.wording import counted, number

NAME = "changements"
#: Lines of a list; the others are in the CSV.
SHOWN = 50
#: Characters of a value; a description can have thousands.
_VALUE = 120


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
_STATES = {
    "absent": Text("absent des sources", "absent from the sources"),
    "ferme": Text("fermé", "closed"),
    "fusionne": Text("fusionné", "merged"),
}
#: How far a reader of the last release's columns can read this one's.
LEVELS = {
    "documentation": Text("documentation seule", "documentation only"),
    "additive": Text("compatible", "compatible"),
    "breaking": Text("incompatible", "incompatible"),
}
#: What Markdown, or the HTML in it, would read as its own; and where it would make a link.
_MARKUP = re.compile(r"[\\`*_\[\]<>&~|#@]|:(?=//)|(?<=www)\.")
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


def escaped(text: str) -> str:
    """Data as Markdown shows it: on one line, without markup, markup of HTML or links."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _part(release: Release, language: Language) -> Iterator[str]:
    dataset, report = release.dataset, release.report
    counts: Mapping[str, int] = report["changements"]
    title = Text(dataset.title, dataset.title_en or dataset.title).in_language(language)
    yield f"# {Text('Changements', 'Changes').in_language(language)} – {escaped(title)}"
    yield ""
    yield f"{_versions(release).in_language(language)} {summary(counts).in_language(language)}."
    yield from _columns(report.get("compatibilite") or {}, language)
    changes = release.tables[NAME]
    for name, kind in KINDS.items():
        lines = changes[changes["changement"] == CHANGES[name]]
        if len(lines):
            yield from _list(kind, lines, language)


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


def _list(kind: Kind, lines: pd.DataFrame, language: Language) -> Iterator[str]:
    """The places of one kind, one entry for all the fields of a place."""
    shown = lines["lieu_id"].unique()[:SHOWN]
    total = lines["lieu_id"].nunique()
    yield ""
    yield f"## {kind.title.in_language(language)} ({number(total).in_language(language)})"
    yield ""
    own = lines[lines["lieu_id"].isin(shown)]
    for identifier, cells in own.groupby("lieu_id", sort=False):
        first = cells.iloc[0]
        where = ", ".join(filter(None, (f"**{escaped(first['nom'])}**", escaped(first["commune"]))))
        told = [_told(cell, language) for cell in cells.to_dict("records")]
        between = Text(" ; ", "; ").in_language(language)
        colon = Text(" : ", ": ").in_language(language)
        yield f"- {where} (`{identifier}`)" + (colon + between.join(told) if any(told) else "")
    if total > len(shown):
        others = counted(total - len(shown), "autre|autres", "other|others")
        said = Text(f"… et {others.fr}", f"… and {others.en}").in_language(language)
        yield f"- {said} ([{NAME}.csv]({NAME}.csv))"


def _told(cell: Mapping[Any, str], language: Language) -> str:
    """What one line of ``changements.csv`` says beside the name of the place."""
    old, new = cell["ancien"], cell["nouveau"]
    match cell["changement"]:
        case "modification":
            known = fields().get(cell["champ"])
            name = known.title.in_language(language) if known else cell["champ"]
            return f"{escaped(name)} {_value(old, language)} → {_value(new, language)}"
        case "deplacement":
            return f"{escaped(old)} → {escaped(new)}"
        case "fusion":
            return f"→ `{new}`" if new else ""
        case "reouverture":
            state = _STATES.get(old, Text(old, old))
            before = Text(f"{state.fr} auparavant", f"{state.en} before")
            return before.in_language(language)
    return ""


def _value(value: str, language: Language) -> str:
    if not value:
        return Text("(vide)", "(empty)").in_language(language)
    short = value if len(value) <= _VALUE else value[:_VALUE].rstrip() + "…"
    return Text(f"« {escaped(short)} »", f"“{escaped(short)}”").in_language(language)

"""The files of a dataset as its page offers them: by what people do with them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.site import links

_FORMATS = {
    "csv": "CSV",
    "xlsx": "XLSX (Excel)",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "parquet": "Parquet",
    "json": "JSON",
    "jsonld": "JSON-LD",
    "json-ld": "JSON-LD",
    "ttl": "Turtle",
    "md": "Markdown",
    "html": "HTML",
    "yaml": "YAML",
    "cff": "CFF",
    "zip": "ZIP",
    "txt": "TXT",
    "xml": "XML",
}
#: The first of each that a release has is offered at the top of the page.
_MAIN = (("lieux.xlsx",), ("lieux.csv",), ("lieux.gpkg", "lieux.geojson"))
_HOST = re.compile(r"https?://(\*\.)?[\w\-]+(\.[\w\-]+)*(:\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Group:
    """Files for one use, in the order they are shown."""

    code: str
    title: Text
    meaning: Text
    files: Sequence[Mapping[str, Any]]


_GROUPS = (
    (
        "tous",
        r"lieux\.(xlsx|csv)",
        Text("Pour tous", "For everyone"),
        Text("un lieu par ligne, toutes les colonnes", "one place per row, every column"),
    ),
    (
        "cartes",
        r"lieux\.(gpkg|geojson|parquet|fgb)",
        Text("Pour les cartes et l’analyse", "For maps and analysis"),
        Text("les mêmes lieux avec leur géométrie", "the same places with their geometry"),
    ),
    (
        "standard",
        r"lieux-standard\..+",
        Text("Au standard national", "In the national standard"),
        Text(
            "pour la cartographie nationale de la médiation numérique",
            "for the national map of digital mediation",
        ),
    ),
    (
        "indicateurs",
        r"indicateurs-.+",
        Text("Indicateurs par territoire", "Indicators per area"),
        Text(
            "nombre de lieux, distances, habitants : par commune, EPCI et département",
            "number of places, distances, inhabitants: per commune, EPCI and département",
        ),
    ),
    (
        "suivi",
        r"(changements|passerelle|identifiants|sources|quarantaine|rapport)\..+",
        Text("Pour suivre et vérifier", "To follow and to check"),
        Text(
            "changements, identifiants permanents, origine de chaque lieu, lignes mises de côté",
            "changes, permanent ids, origin of every place, rows set aside",
        ),
    ),
    (
        "metadonnees",
        "",
        Text("Métadonnées", "Metadata"),
        Text("description du jeu pour les machines", "description of the dataset for machines"),
    ),
)


def main_files(files: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The files offered at the top of the page, the one for most people first."""
    named = {str(file.get("name")): file for file in files}
    found = (next((named[name] for name in names if name in named), None) for names in _MAIN)
    return [file for file in found if file is not None]


def groups(
    files: Sequence[Mapping[str, Any]], metadata: Sequence[Mapping[str, Any]]
) -> list[Group]:
    """All the files, each in one group; groups without a file are left out.

    ``metadata`` are those that describe the dataset; one with ``beside`` true stands beside
    the page and not in the folder of the version. What no group names is metadata, too.
    """
    left, made = list(files), []
    for code, pattern, title, meaning in _GROUPS:
        inside = [f for f in left if not pattern or re.fullmatch(pattern, str(f.get("name")))]
        left = [f for f in left if f not in inside]
        known = {str(f.get("name")) for f in inside}
        if not pattern:
            inside += [f for f in metadata if str(f.get("name")) not in known]
        if inside:
            made.append(Group(code, title, meaning, _in_order(inside, pattern)))
    return made


def _in_order(files: list[Mapping[str, Any]], pattern: str) -> list[Mapping[str, Any]]:
    """The formats of a group in the order its pattern names them."""
    formats = re.findall(r"\w+", pattern.partition(r"\.")[2])
    return sorted(
        files,
        key=lambda file: next(
            (n for n, kind in enumerate(formats) if str(file.get("name")).endswith(f".{kind}")),
            len(formats),
        ),
    )


def format_shown(file: Mapping[str, Any]) -> str:
    """The name people know a format by."""
    name = str(file.get("name") or "")
    kind = str(file.get("format") or name.rpartition(".")[2] or "–")
    return "GeoParquet" if name == "lieux.parquet" else _FORMATS.get(kind.lower(), kind)


def scripts_of(told: Any) -> dict[str, str]:
    """Folder of the shared files and data of the map, both or neither, relative paths only."""
    scripts = {name: links.relative_path((told or {}).get(name)) for name in ("assets", "data")}
    return scripts if all(scripts.values()) else {}


def image_host(host: Any) -> str:
    """The host of the tiles when it can stand in a policy, else ""."""
    text = str(host or "")
    return text if _HOST.fullmatch(text) else ""

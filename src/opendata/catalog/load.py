"""TOML -> model, key by key.

A key that is not known, a value of the wrong kind, a field the schema lacks, a licence
nobody knows, a source that has no file: each is one sentence that names the file, the
key, the value and the nearest allowed one (:class:`CatalogError`, exit status 2).
"""

import math
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from opendata.catalog.portals import parse_portals
from opendata.catalog.request import check_request
from opendata.catalog.rules import PRECISIONS, parse_mapping
from opendata.catalog.toml import Kinds, TomlFile, nearest
from opendata.errors import CatalogError
from opendata.model import (
    DEFAULT_CLOSING_DAYS,
    Contract,
    Dataset,
    Example,
    Fetch,
    Gate,
    Geocoding,
    Retention,
    Source,
)
from opendata.paths import Paths
from opendata.schema import fields, vocabulary

#: What ``opendata.read`` can read; a test holds the two together, for imports run one way.
FORMATS = (
    "csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods", "json", "jsonl", "ndjson", "geojson",
    "gpkg", "fgb", "flatgeobuf", "kml", "kmz", "shp", "shapefile", "zip", "gz",
)  # fmt: skip
CONTRACT_TYPES = ("string", "integer", "number", "date", "datetime", "boolean")
TERRITORIES = ("france", "region", "departement", "epci", "commune")
UNKNOWN_LICENCE = "inconnue"

_SOURCE_KEYS: Kinds = {
    "id": str, "title": str, "publisher": str, "homepage": str, "licence": str,
    "attribution": str, "territory": str, "verified": bool, "placeholders": list,
    "fetch": dict, "contract": dict, "coordinates": dict, "own_fields": list, "mapping": dict,
    "closes_after_days": int, "example": list,
}  # fmt: skip
_FETCH_KEYS: Kinds = {
    "url": str, "file": str, "format": str, "records": str, "encoding": str, "delimiter": str,
    "sheet": str, "layer": str, "header_row": int, "headers": dict, "max_bytes": int,
    "timeout_s": (int, float), "method": str, "body": str, "form": dict, "paging": dict,
    "error_path": str,
}  # fmt: skip
_CONTRACT_KEYS: Kinds = {
    "required_columns": list, "min_rows": int, "key": list, "types": dict, "inactive": dict,
}  # fmt: skip
_COORDINATE_KEYS: Kinds = {"projection": str, "precision": str}
_EXAMPLE_KEYS: Kinds = {"input": dict, "expect": dict}
_DATASET_KEYS: Kinds = {
    "id": str, "title": str, "title_en": str, "description": str, "description_en": str,
    "publisher": str, "contact": str, "homepage": str, "territory": (str, list),
    "sources": list, "schedule": str, "timezone": str, "demonstration": bool,
    "share_alike": bool, "personal": dict, "gate": dict, "retention": dict, "geocoding": dict,
    "portals": dict,
}  # fmt: skip
_PERSONAL_KEYS: Kinds = {
    "mobile_phones": bool, "nominative_emails": bool,
}  # fmt: skip
_GATE_KEYS: Kinds = {
    "max_loss_pct": (int, float), "max_category_loss_pct": (int, float),
    "max_field_loss_pct": (int, float), "max_moved_pct": (int, float), "moved_m": (int, float),
    "max_located_drop_pct": (int, float), "min_places": int, "min_located_pct": (int, float),
}  # fmt: skip
_RETENTION_KEYS: Kinds = {"keep_last": int, "keep_months": int}
_GEOCODING_KEYS: Kinds = {
    "service": str, "url": str, "min_score": (int, float), "filters": bool,
}  # fmt: skip
_SERVICES = ("geoplateforme", "addok")


def check_settings(paths: Paths) -> None:
    """Refuse settings nothing can work with (:class:`CatalogError`), before any work."""
    if not paths.catalog.is_dir():
        raise CatalogError(
            "catalogue_absent",
            fr=f"Le dossier du catalogue {paths.catalog} n'existe pas : lancez la commande depuis "
            "le dossier du projet, ou corrigez OPENDATA_CATALOG.",
            en=f"The catalogue folder {paths.catalog} does not exist: run the command from the "
            "project's folder, or correct OPENDATA_CATALOG.",
        )
    if paths.mirror is not None and not (paths.mirror / "mirror.toml").is_file():
        raise CatalogError(
            "miroir_absent",
            fr=f"Le dossier OPENDATA_MIRROR {paths.mirror} n'a pas de fichier mirror.toml : "
            "corrigez le réglage, ou retirez-le pour passer par le réseau.",
            en=f"The OPENDATA_MIRROR folder {paths.mirror} has no file mirror.toml: correct the "
            "setting, or remove it to go through the network.",
        )
    try:
        paths.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=paths.home):
            pass
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise CatalogError(
            "dossier_inutilisable",
            fr=f"Le dossier OPENDATA_HOME {paths.home} ne peut pas être écrit ({reason}) : "
            "corrigez le réglage ou les droits.",
            en=f"The OPENDATA_HOME folder {paths.home} cannot be written ({reason}): correct the "
            "setting or its access rights.",
        ) from problem


def load_source(source_id: str, paths: Paths) -> Source:
    """Read ``catalog/sources/<source_id>.toml``. Raises CatalogError."""
    path = paths.catalog / "sources" / f"{source_id}.toml"
    _require_file(path, "source", source_id)
    return _source(TomlFile(path, paths.catalog), paths)


def load_dataset(dataset_id: str, paths: Paths) -> Dataset:
    """Read ``catalog/datasets/<dataset_id>.toml``. Raises CatalogError."""
    path = paths.catalog / "datasets" / f"{dataset_id}.toml"
    _require_file(path, "dataset", dataset_id)
    return _dataset(TomlFile(path, paths.catalog), paths)


def load_dataset_sources(dataset: Dataset, paths: Paths) -> tuple[Source, ...]:
    """The sources of one dataset, best ranked first. Raises CatalogError."""
    return tuple(load_source(source_id, paths) for source_id in dataset.sources)


def dataset_ids(paths: Paths) -> tuple[str, ...]:
    """Every dataset that has a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in (paths.catalog / "datasets").glob("*.toml")))


def source_ids(paths: Paths) -> tuple[str, ...]:
    """Every source that has a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in (paths.catalog / "sources").glob("*.toml")))


def load_catalog(paths: Paths) -> tuple[dict[str, Dataset], dict[str, Source]]:
    """The whole catalogue. Raises CatalogError at the first file that is wrong."""
    sources = {source_id: load_source(source_id, paths) for source_id in source_ids(paths)}
    datasets = {dataset_id: load_dataset(dataset_id, paths) for dataset_id in dataset_ids(paths)}
    return datasets, sources


def _require_file(path: Path, kind: str, name: str) -> None:
    if path.is_file():
        return
    folder = path.parent
    known = sorted(other.stem for other in folder.glob("*.toml"))
    fr, en = nearest(name, known) if known else ("il n'y en a aucun", "there is none")
    french = "la source" if kind == "source" else "le jeu de données"
    english = "source" if kind == "source" else "dataset"
    where = f"{folder.parent.name}/{folder.name}/{path.name}"
    raise CatalogError(
        "fichier_absent",
        fr=f"{where} : ce fichier n'existe pas, et {french} « {name} » avec lui ; {fr}.",
        en=f"{where}: the file does not exist, so the {english} “{name}” is unknown; {en}.",
    )


def _identity(toml: TomlFile) -> str:
    name = str(toml.require(toml.data, "id"))
    if name != toml.path.stem:
        raise toml.wrong(
            "id_different",
            f"« id » vaut « {name} », or il doit être le nom du fichier, « {toml.path.stem} ».",
            f"“id” is “{name}”, but it must be the file's name, “{toml.path.stem}”.",
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise toml.wrong(
            "id_illisible",
            f"« id » vaut « {name} », or seuls a-z, 0-9 et le tiret sont admis.",
            f"“id” is “{name}”, but only a-z, 0-9 and the hyphen are allowed.",
        )
    return name


def _licence(toml: TomlFile) -> str:
    licence = str(toml.data.get("licence") or UNKNOWN_LICENCE)
    terms = vocabulary("licences")
    known = [term.value for term in terms]
    if licence not in known:
        titles = {str(title): term.value for term in terms for title in term.label}
        raise toml.not_allowed("licence", licence, known, titles)
    return licence


def check_territory(toml: TomlFile, value: str) -> str:
    """Refuse a territory that is not ``france`` or ``kind:code``."""
    kind, _, code = value.partition(":")
    if kind not in TERRITORIES or (kind != "france") != bool(code):
        raise toml.not_allowed(
            "territory", value, ("france", *(f"{k}:CODE" for k in TERRITORIES[1:]))
        )
    return value


def _fetch(toml: TomlFile, paths: Paths) -> Fetch:
    """Where the source comes from; neither ``url`` nor ``file`` means by deposit only."""
    table = toml.section("fetch", _FETCH_KEYS)
    url, file = str(table.get("url", "")), str(table.get("file", ""))
    if url and file:
        raise toml.wrong(
            "fetch_double",
            f"« fetch » donne à la fois « url » ({url}) et « file » ({file}) : gardez l'un des "
            "deux, ou aucun pour une source qui n'est alimentée que par dépôt.",
            f"“fetch” gives both “url” ({url}) and “file” ({file}): keep one of them, or none "
            "for a source that is only fed by deposits.",
        )
    if url and not re.match(r"https?://[^/\s]+", url):
        raise toml.not_allowed("fetch.url", url, ("http://…", "https://…"))
    if file and not any((base / file).is_file() for base in (paths.project, Path.cwd())):
        raise toml.wrong(
            "fichier_absent",
            f"« fetch.file » vaut « {file} », or ce fichier n'existe pas : "
            "corrigez le chemin, relatif au dossier qui contient le catalogue.",
            f"“fetch.file” is “{file}”, but that file does not exist: "
            "correct the path, relative to the folder that holds the catalogue.",
        )
    if table.get("format") and table["format"] not in FORMATS:
        raise toml.not_allowed("fetch.format", table["format"], FORMATS)
    for key in ("headers", "form"):
        for name, value in table.get(key, {}).items():
            toml.texts([value], f"fetch.{key}.{name}")
    for key in ("max_bytes", "timeout_s", "header_row"):
        if key in table and table[key] <= 0:
            raise toml.not_allowed(f"fetch.{key}", table[key], ("> 0",))
    check_request(toml, table)
    return Fetch(**dict(table))


def _contract(toml: TomlFile) -> Contract:
    table = toml.section("contract", _CONTRACT_KEYS)
    types = table.get("types", {})
    for column, kind in types.items():
        if kind not in CONTRACT_TYPES:
            raise toml.not_allowed(f"contract.types.{column}", kind, CONTRACT_TYPES)
    inactive = {
        column: toml.texts(
            cells if isinstance(cells, list) else [cells], f"contract.inactive.{column}"
        )
        for column, cells in table.get("inactive", {}).items()
    }
    return Contract(
        required_columns=toml.texts(table.get("required_columns", ()), "contract.required_columns"),
        min_rows=table.get("min_rows", 1),
        key=toml.texts(table.get("key", ()), "contract.key"),
        types=types,
        inactive=inactive,
    )


def _coordinates(toml: TomlFile) -> Mapping[str, str]:
    table = toml.section("coordinates", _COORDINATE_KEYS)
    precision = table.get("precision")
    if precision and precision not in PRECISIONS:
        raise toml.not_allowed("coordinates.precision", precision, PRECISIONS)
    projection = table.get("projection", "")
    if projection and not re.fullmatch(r"EPSG:\d{4,5}", projection):
        raise toml.not_allowed("coordinates.projection", projection, ("EPSG:2154", "EPSG:4326"))
    return table


def _own_fields(toml: TomlFile) -> tuple[str, ...]:
    names = toml.texts(toml.data.get("own_fields", ()), "own_fields")
    for name in names:
        if name not in fields():
            raise toml.not_allowed("own_fields", name, fields())
    return names


def _examples(toml: TomlFile) -> tuple[Example, ...]:
    examples = []
    for number, table in enumerate(toml.data.get("example", ()), start=1):
        where = f"example {number}"
        toml.check_keys(table, _EXAMPLE_KEYS, where)
        for name in table.get("expect", {}):
            if name not in fields():
                raise toml.not_allowed(f"{where}.expect", name, fields())
        examples.append(
            Example(
                input={key: str(value) for key, value in table.get("input", {}).items()},
                expect={key: str(value) for key, value in table.get("expect", {}).items()},
            )
        )
    return tuple(examples)


def _source(toml: TomlFile, paths: Paths) -> Source:
    data = toml.data
    toml.check_keys(data, _SOURCE_KEYS)
    name = _identity(toml)
    toml.require(data, "mapping")
    return Source(
        id=name,
        title=str(toml.require(data, "title")),
        publisher=data.get("publisher", ""),
        homepage=data.get("homepage", ""),
        licence=_licence(toml),
        attribution=data.get("attribution", data.get("publisher", "")),
        territory=check_territory(toml, data.get("territory", "france")),
        verified=data.get("verified", True),
        fetch=_fetch(toml, paths),
        contract=_contract(toml),
        mapping=parse_mapping(toml, data["mapping"]),
        placeholders=toml.texts(data.get("placeholders", ()), "placeholders"),
        coordinates=_coordinates(toml),
        own_fields=_own_fields(toml),
        closes_after_days=_closes_after(toml),
        examples=_examples(toml),
        path=toml.path,
        fingerprint=toml.fingerprint,
    )


def _geocoding(toml: TomlFile) -> Geocoding:
    table = dict(toml.section("geocoding", _GEOCODING_KEYS))
    service, url = table.get("service", ""), table.get("url", "")
    if service and service not in _SERVICES:
        raise toml.not_allowed("geocoding.service", service, _SERVICES)
    if (service == "addok" or url) and not re.match(r"https?://", url):
        raise toml.not_allowed("geocoding.url", url, ("http://localhost:7878/search/csv/",))
    if not 0 <= table.get("min_score", 0.7) <= 1:
        raise toml.not_allowed("geocoding.min_score", table["min_score"], ("0.7",))
    return Geocoding(**table)


def _gate(toml: TomlFile) -> Gate:
    table = toml.section("gate", _GATE_KEYS)
    for key, value in table.items():
        # An infinity or "nan", which TOML knows, is on no side of a limit.
        if key.endswith("_pct") and not 0 <= value <= 100:
            fr, en = "un pourcentage de 0 à 100", "a percentage from 0 to 100"
        elif key == "moved_m" and not 0 < value < math.inf:
            fr, en = "une distance en mètres, plus de 0", "a distance in metres, over 0"
        elif key == "min_places" and value < 0:
            fr, en = "un nombre de lieux, 0 ou plus", "a number of places, 0 or more"
        else:
            continue
        raise toml.wrong(
            "valeur_inconnue",
            f"« gate.{key} » vaut « {value} », or c'est {fr} qui est attendu : corrigez-le.",
            f"“gate.{key}” is “{value}”, but {en} is expected: correct it.",
        )
    return Gate(**table)


def _retention(toml: TomlFile) -> Retention:
    table = toml.section("retention", _RETENTION_KEYS)
    for key, value in table.items():
        least = 2 if key == "keep_last" else 0
        if value < least:
            raise toml.wrong(
                "valeur_inconnue",
                f"« retention.{key} » vaut « {value} », or {least} est le moins : corrigez-le.",
                f"“retention.{key}” is “{value}”, but {least} is the least: correct it.",
            )
    return Retention(**table)


def _closes_after(toml: TomlFile) -> int:
    days: int = toml.data.get("closes_after_days", DEFAULT_CLOSING_DAYS)
    if days < 1:
        raise toml.wrong(
            "valeur_inconnue",
            f"« closes_after_days » vaut « {days} », or c'est un nombre de jours, 1 ou plus, qui "
            "est attendu : corrigez-le.",
            f"“closes_after_days” is “{days}”, but a number of days, 1 or more, is expected: "
            "correct it.",
        )
    return days


def _dataset(toml: TomlFile, paths: Paths) -> Dataset:
    data = toml.data
    toml.check_keys(data, _DATASET_KEYS)
    name = _identity(toml)
    territory = toml.require(data, "territory")
    territories = territory if isinstance(territory, list) else [territory]
    sources = toml.texts(toml.require(data, "sources"), "sources")
    for source in sources:
        if not (paths.catalog / "sources" / f"{source}.toml").is_file():
            raise toml.not_allowed("sources", source, source_ids(paths))
    if len(set(sources)) < len(sources):
        twice = next(source for source in sources if sources.count(source) > 1)
        raise toml.wrong(
            "source_en_double",
            f"« sources » nomme deux fois « {twice} » : retirez-en une.",
            f"“sources” names “{twice}” twice: remove one.",
        )
    schedule = data.get("schedule", "")
    if schedule and len(schedule.split()) != 5:
        raise toml.not_allowed("schedule", schedule, ("minute heure jour mois jour-de-semaine",))
    personal = toml.section("personal", _PERSONAL_KEYS)
    title = str(toml.require(data, "title"))
    description = str(toml.require(data, "description"))
    return Dataset(
        id=name,
        title=title,
        title_en=data.get("title_en", title),
        description=description,
        description_en=data.get("description_en", description),
        publisher=data.get("publisher", ""),
        contact=data.get("contact", ""),
        homepage=data.get("homepage", ""),
        territory=tuple(check_territory(toml, one) for one in toml.texts(territories, "territory")),
        sources=sources,
        schedule=schedule,
        timezone=data.get("timezone", "Europe/Paris"),
        demonstration=data.get("demonstration", False),
        share_alike=data.get("share_alike", False),
        publish_mobile_phones=personal.get("mobile_phones", False),
        publish_nominative_emails=personal.get("nominative_emails", False),
        gate=_gate(toml),
        retention=_retention(toml),
        geocoding=_geocoding(toml),
        path=toml.path,
        fingerprint=toml.fingerprint,
        portals=parse_portals(toml),
    )

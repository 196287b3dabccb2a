"""TOML -> model. Everything a steward writes is checked here, before anything is fetched.

A key that is not known, a value of the wrong kind, a field the schema lacks, a licence
nobody knows, a source that has no file: each is one sentence that names the file, the
key, the value and the nearest allowed one (:class:`CatalogError`, exit status 2).
"""

import hashlib
import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from opendata.errors import CatalogError
from opendata.model import Contract, Dataset, Example, Fetch, Gate, Rule, Source
from opendata.paths import Paths
from opendata.schema import accepted_terms, fields, fold, vocabulary

#: What ``opendata.read`` can read; a test holds the two together, for imports run one way.
FORMATS = (
    "csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods", "json", "jsonl", "ndjson", "geojson",
    "gpkg", "fgb", "flatgeobuf", "kml", "kmz", "shp", "shapefile", "zip", "gz",
)  # fmt: skip
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH")
CONTRACT_TYPES = ("string", "integer", "number", "date", "datetime", "boolean")
TERRITORIES = ("france", "region", "departement", "epci", "commune")
PRECISIONS = ("numero", "interpolation", "voie", "lieu-dit", "commune")
UNKNOWN_LICENCE = "inconnue"

_SOURCE_KEYS: dict[str, type | tuple[type, ...]] = {
    "id": str, "title": str, "publisher": str, "homepage": str, "licence": str,
    "attribution": str, "territory": str, "verified": bool, "placeholders": list,
    "fetch": dict, "contract": dict, "coordinates": dict, "own_fields": list, "mapping": dict,
    "example": list,
}  # fmt: skip
_FETCH_KEYS: dict[str, type | tuple[type, ...]] = {
    "url": str, "file": str, "format": str, "records": str, "encoding": str, "delimiter": str,
    "sheet": str, "layer": str, "header_row": int, "headers": dict, "max_bytes": int,
    "timeout_s": (int, float),
}  # fmt: skip
_CONTRACT_KEYS: dict[str, type | tuple[type, ...]] = {
    "required_columns": list, "min_rows": int, "key": list, "types": dict,
}  # fmt: skip
_COORDINATE_KEYS: dict[str, type | tuple[type, ...]] = {"projection": str, "precision": str}
_EXAMPLE_KEYS: dict[str, type | tuple[type, ...]] = {"input": dict, "expect": dict}
_DATASET_KEYS: dict[str, type | tuple[type, ...]] = {
    "id": str, "title": str, "title_en": str, "description": str, "description_en": str,
    "publisher": str, "contact": str, "homepage": str, "territory": (str, list),
    "sources": list, "schedule": str, "timezone": str, "demonstration": bool,
    "share_alike": bool, "personal": dict, "gate": dict,
}  # fmt: skip
_PERSONAL_KEYS: dict[str, type | tuple[type, ...]] = {
    "mobile_phones": bool, "nominative_emails": bool,
}  # fmt: skip
_GATE_KEYS: dict[str, type | tuple[type, ...]] = {
    "max_loss_pct": (int, float), "min_places": int, "min_located_pct": (int, float),
}  # fmt: skip

_PICKS = ("column", "first_of", "join", "split", "constant", "columns", "days", "week", "osm")
_RULE_KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "column": {"column": str},
    "first_of": {"first_of": list},
    "join": {"join": list, "separator": str},
    "split": {"split": str, "separator": str, "part": int},
    "constant": {"constant": str, "otherwise": bool},
    "columns": {
        "columns": list, "terms": list, "except": list, "value": str, "contains": bool,
    },
    "days": {"days": dict},
    "week": {"week": str},
    "osm": {"osm": str},
}  # fmt: skip
_TRANSFORMS: dict[str, type | tuple[type, ...]] = {"regex": str, "values": dict, "format": str}
_TYPE_NAMES = {
    str: ("un texte", "a text"),
    bool: ("true ou false", "true or false"),
    int: ("un nombre entier", "a whole number"),
    float: ("un nombre", "a number"),
    list: ("une liste", "a list"),
    dict: ("une table", "a table"),
}


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
    return _source(_Toml(path, paths.catalog), paths)


def load_dataset(dataset_id: str, paths: Paths) -> Dataset:
    """Read ``catalog/datasets/<dataset_id>.toml``. Raises CatalogError."""
    path = paths.catalog / "datasets" / f"{dataset_id}.toml"
    _require_file(path, "dataset", dataset_id)
    return _dataset(_Toml(path, paths.catalog), paths)


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


class _Toml:
    """One parsed file, and the sentences about it."""

    def __init__(self, path: Path, catalog: Path) -> None:
        self.path = path
        self.name = f"{catalog.name}/{path.parent.name}/{path.name}"
        raw = path.read_bytes()
        self.fingerprint = hashlib.sha256(raw).hexdigest()
        try:
            self.data: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise CatalogError(
                "toml_illisible",
                fr=f"{self.name} n'est pas un fichier TOML valable ({problem}) : "
                "corrigez-le à cet endroit.",
                en=f"{self.name} is not a valid TOML file ({problem}): correct it there.",
            ) from problem

    def wrong(self, code: str, fr: str, en: str) -> CatalogError:
        return CatalogError(code, fr=f"{self.name} : {fr}", en=f"{self.name}: {en}")

    def not_allowed(self, key: str, value: object, allowed: Iterable[str]) -> CatalogError:
        fr, en = _allowed(str(value), allowed)
        return self.wrong(
            "valeur_inconnue",
            f"« {key} » vaut « {value} », qui n'est pas admis ; {fr}.",
            f"“{key}” is “{value}”, which is not allowed; {en}.",
        )

    def check_keys(
        self,
        table: Mapping[str, Any],
        known: Mapping[str, type | tuple[type, ...]],
        where: str = "",
    ) -> None:
        """Refuse the first key that is unknown or whose value has the wrong kind."""
        for key, value in table.items():
            full = f"{where}.{key}" if where else key
            if key not in known:
                fr, en = _allowed(key, known)
                raise self.wrong(
                    "cle_inconnue",
                    f"la clé « {full} » (valeur « {_short(value)} ») est inconnue ; {fr}.",
                    f"the key “{full}” (value “{_short(value)}”) is unknown; {en}.",
                )
            kinds = known[key] if isinstance(known[key], tuple) else (known[key],)
            fits = any(
                isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
                for kind in kinds  # type: ignore[union-attr]
            )
            if not fits:
                fr, en = _TYPE_NAMES[kinds[0]]  # type: ignore[index]
                raise self.wrong(
                    "type_inattendu",
                    f"« {full} » vaut « {_short(value)} », or c'est {fr} qui est attendu.",
                    f"“{full}” is “{_short(value)}”, but {en} is expected.",
                )

    def section(self, name: str, known: Mapping[str, type | tuple[type, ...]]) -> Mapping[str, Any]:
        table: Mapping[str, Any] = self.data.get(name, {})
        self.check_keys(table, known, name)
        return table

    def require(self, table: Mapping[str, Any], key: str, where: str = "") -> Any:
        value = table.get(key)
        if value in (None, "", [], {}):
            full = f"{where}.{key}" if where else key
            raise self.wrong(
                "cle_absente",
                f"la clé « {full} » manque ou est vide : renseignez-la.",
                f"the key “{full}” is missing or empty: fill it in.",
            )
        return value

    def texts(self, values: Iterable[Any], where: str) -> tuple[str, ...]:
        for value in values:
            if not isinstance(value, str):
                raise self.wrong(
                    "type_inattendu",
                    f"« {where} » contient « {_short(value)} », or ce sont des textes "
                    "(entre guillemets) qui sont attendus.",
                    f"“{where}” holds “{_short(value)}”, but texts (in quotes) are expected.",
                )
        return tuple(values)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _allowed(value: str, allowed: Iterable[str]) -> tuple[str, str]:
    names = list(allowed)
    near = get_close_matches(value.lower(), [name.lower() for name in names], n=1, cutoff=0.5)
    listed = ", ".join(names[:25]) + ("…" if len(names) > 25 else "")
    if near:
        nearest = next(name for name in names if name.lower() == near[0])
        return (
            f"le plus proche est « {nearest} » (admis : {listed})",
            f"the nearest is “{nearest}” (allowed: {listed})",
        )
    return f"admis : {listed}", f"allowed: {listed}"


def _require_file(path: Path, kind: str, name: str) -> None:
    if path.is_file():
        return
    folder = path.parent
    known = sorted(other.stem for other in folder.glob("*.toml"))
    fr, en = _allowed(name, known) if known else ("il n'y en a aucun", "there is none")
    french = "la source" if kind == "source" else "le jeu de données"
    english = "source" if kind == "source" else "dataset"
    where = f"{folder.parent.name}/{folder.name}/{path.name}"
    raise CatalogError(
        "fichier_absent",
        fr=f"{where} : ce fichier n'existe pas, et {french} « {name} » avec lui ; {fr}.",
        en=f"{where}: the file does not exist, so the {english} “{name}” is unknown; {en}.",
    )


def _identity(toml: _Toml) -> str:
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


def _licence(toml: _Toml) -> str:
    licence = str(toml.data.get("licence") or UNKNOWN_LICENCE)
    known = [term.value for term in vocabulary("licences")]
    if licence not in known:
        raise toml.not_allowed("licence", licence, known)
    return licence


def check_territory(toml: _Toml, value: str) -> str:
    """Refuse a territory that is not ``france`` or ``kind:code``."""
    kind, _, code = value.partition(":")
    if kind not in TERRITORIES or (kind != "france") != bool(code):
        raise toml.not_allowed(
            "territory", value, ("france", *(f"{k}:CODE" for k in TERRITORIES[1:]))
        )
    return value


def _fetch(toml: _Toml, paths: Paths) -> Fetch:
    table = toml.section("fetch", _FETCH_KEYS)
    url, file = str(table.get("url", "")), str(table.get("file", ""))
    if bool(url) == bool(file):
        raise toml.wrong(
            "fetch_incomplet",
            "« fetch » doit donner soit « url », soit « file ».",
            "“fetch” must give either “url” or “file”.",
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
    for name, value in table.get("headers", {}).items():
        toml.texts([value], f"fetch.headers.{name}")
    for key in ("max_bytes", "timeout_s", "header_row"):
        if key in table and table[key] <= 0:
            raise toml.not_allowed(f"fetch.{key}", table[key], ("> 0",))
    return Fetch(**dict(table))


def _contract(toml: _Toml) -> Contract:
    table = toml.section("contract", _CONTRACT_KEYS)
    types = table.get("types", {})
    for column, kind in types.items():
        if kind not in CONTRACT_TYPES:
            raise toml.not_allowed(f"contract.types.{column}", kind, CONTRACT_TYPES)
    return Contract(
        required_columns=toml.texts(table.get("required_columns", ()), "contract.required_columns"),
        min_rows=table.get("min_rows", 1),
        key=toml.texts(table.get("key", ()), "contract.key"),
        types=types,
    )


def _coordinates(toml: _Toml) -> Mapping[str, str]:
    table = toml.section("coordinates", _COORDINATE_KEYS)
    precision = table.get("precision")
    if precision and precision not in PRECISIONS:
        raise toml.not_allowed("coordinates.precision", precision, PRECISIONS)
    projection = table.get("projection", "")
    if projection and not re.fullmatch(r"EPSG:\d{4,5}", projection):
        raise toml.not_allowed("coordinates.projection", projection, ("EPSG:2154", "EPSG:4326"))
    return table


def _own_fields(toml: _Toml) -> tuple[str, ...]:
    names = toml.texts(toml.data.get("own_fields", ()), "own_fields")
    for name in names:
        if name not in fields():
            raise toml.not_allowed("own_fields", name, fields())
    return names


#: Made by later stages, but a source may say what it knows: the precision of its points,
#: and the département, which tells where a row without a commune belongs.
_HINTS = ("geo_precision", "code_departement")


def mappable_fields() -> tuple[str, ...]:
    """The published fields a mapping may fill; the others are made by later stages."""
    return tuple(
        name
        for name, field in fields().items()
        if field.filled_by == "source" or field.normalise != "aucune" or name in _HINTS
    )


def parse_mapping(toml: _Toml, table: Mapping[str, Any]) -> Mapping[str, tuple[Rule, ...]]:
    """The rules of each mapped field, in the order they are written."""
    allowed = mappable_fields()
    mapping: dict[str, tuple[Rule, ...]] = {}
    for name, entry in table.items():
        if name not in allowed:
            fr, en = _allowed(name, allowed)
            raise toml.wrong(
                "champ_inconnu",
                f"« mapping.{name} » vise un champ que le schéma n'a pas ; {fr}.",
                f"“mapping.{name}” names a field the schema lacks; {en}.",
            )
        entries = entry if isinstance(entry, list) else [entry]
        where = f"mapping.{name}"
        mapping[name] = tuple(_rule(toml, one, where) for one in entries)
        _check_targets(toml, name, mapping[name])
    if "id" not in mapping or "nom" not in mapping:
        raise toml.wrong(
            "mapping_incomplet",
            "« mapping » doit au moins remplir les champs « id » et « nom ».",
            "“mapping” must at least fill the fields “id” and “nom”.",
        )
    return mapping


def _check_targets(toml: _Toml, name: str, rules: tuple[Rule, ...]) -> None:
    """A value that a rule writes itself must be one that the field's closed list knows."""
    known = fields()[name].vocabulary
    for rule in rules:
        for value in filter(None, (rule.value, *(rule.values or {}).values())):
            if known and not all(fold(one) in accepted_terms(known) for one in value.split("|")):
                raise toml.not_allowed(
                    f"mapping.{name}", value, [t.value for t in vocabulary(known)]
                )
            if name == "geo_precision" and value not in PRECISIONS:
                raise toml.not_allowed(f"mapping.{name}", value, PRECISIONS)


def _rule(toml: _Toml, table: Any, where: str) -> Rule:
    if not isinstance(table, dict):
        raise toml.wrong(
            "regle_illisible",
            f"« {where} » vaut « {_short(table)} », or une règle est une table "
            '(exemple : { column = "nom" }).',
            f"“{where}” is “{_short(table)}”, but a rule is a table "
            '(for example { column = "nom" }).',
        )
    pick = next((name for name in _PICKS if name in table), "")
    if not pick:
        key = next(iter(table), "")
        fr, en = _allowed(key, _PICKS)
        raise toml.wrong(
            "regle_inconnue",
            f"« {where} » ne dit pas où prendre la valeur (« {_short(table)} ») ; {fr}.",
            f"“{where}” does not say where to take the value (“{_short(table)}”); {en}.",
        )
    known = {**_RULE_KEYS[pick], "optional": bool}
    if pick not in ("constant", "columns", "days", "week", "osm"):
        known |= _TRANSFORMS
    toml.check_keys(table, known, where)
    return _build_rule(toml, pick, table, where)


def _build_rule(toml: _Toml, pick: str, table: Mapping[str, Any], where: str) -> Rule:
    pattern = str(table.get("regex", ""))
    try:
        re.compile(pattern)
    except re.error as problem:
        raise toml.wrong(
            "regex_illisible",
            f"« {where}.regex » vaut « {pattern} », qui n'est pas une expression régulière "
            f"valable ({problem}).",
            f"“{where}.regex” is “{pattern}”, which is not a valid regular expression ({problem}).",
        ) from problem
    days: dict[str, tuple[str, ...]] = {}
    for day, columns_of_day in table.get("days", {}).items():
        if day not in DAYS:
            raise toml.not_allowed(f"{where}.days", day, DAYS)
        listed = columns_of_day if isinstance(columns_of_day, list) else [columns_of_day]
        days[day] = toml.texts(listed, f"{where}.days.{day}")
    picked = table[pick]
    if pick == "days":
        columns = tuple(column for listed in days.values() for column in listed)
    elif pick == "constant":
        columns = ()
    else:
        columns = toml.texts(picked if isinstance(picked, list) else [picked], f"{where}.{pick}")
    if pick == "columns":
        toml.require(table, "value", where)
    values = table.get("values")
    if values is not None:
        toml.texts(values.values(), f"{where}.values")
    return Rule(
        kind="match" if pick == "columns" else pick,
        columns=columns,
        optional=table.get("optional", False),
        otherwise=table.get("otherwise", False),
        value=table.get("constant", table.get("value", "")),
        separator=table.get("separator", " " if pick == "join" else ","),
        part=table.get("part", 0),
        terms=toml.texts(table.get("terms", ()), f"{where}.terms"),
        exceptions=toml.texts(table.get("except", ()), f"{where}.except"),
        contains=table.get("contains", False),
        days=days,
        pattern=pattern,
        values=values,
        format=table.get("format", ""),
    )


def _examples(toml: _Toml) -> tuple[Example, ...]:
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


def _source(toml: _Toml, paths: Paths) -> Source:
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
        examples=_examples(toml),
        path=toml.path,
        fingerprint=toml.fingerprint,
    )


def _dataset(toml: _Toml, paths: Paths) -> Dataset:
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
        gate=Gate(**dict(toml.section("gate", _GATE_KEYS))),
        path=toml.path,
        fingerprint=toml.fingerprint,
    )

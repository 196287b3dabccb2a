"""The peer's own cases, put to us the way its users would: import, harvest, compare.

A case says what mednum-cli makes of one row under one configuration. The configuration
goes through the code of ``opendata source import``, the row through a file and a harvest;
what we publish is then put beside what the peer expects. Cases about an inner step of
theirs (``config`` is null) go to the room of ours that answers for it.
"""

import json
import re
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.catalog import load_source
from opendata.check import check_rows
from opendata.errors import OpendataError
from opendata.geocode.communes import CommuneReference, load_reference, resolve
from opendata.geocode.names import name_keys
from opendata.mapping import apply_mapping
from opendata.model import Source
from opendata.normalise import normalise_table, normaliser
from opendata.normalise.address import without_own_town
from opendata.normalise.hours import hours_of_day, merged_hours, same_hours
from opendata.onboard.mednum import contract, convert
from opendata.onboard.toml_text import source_text
from opendata.paths import Paths
from opendata.publish.standard import NO_PIVOT
from opendata.read import read
from opendata.schema import SEPARATOR, accepted_terms, fields, fold

Case = Mapping[str, Any]
#: One row as it would be published: every field as text or number.
Row = Mapping[str, Any]

#: A case configures the field it is about and nothing else; a source needs these two.
_IDENTITY = {"id": {"column": "id du cas"}, "nom": {"column": "nom du cas"}}
_ADDRESS = ("commune", "code_postal", "code_insee", "adresse")
NO_PUBLIC = "Ce lieu n'accueille pas de public"


@dataclass(frozen=True)
class Verdict:
    """What became of one case. ``ours`` is what we publish, in the peer's form."""

    index: int
    field: str
    test: str
    ours: Any
    expected: Any
    agrees: bool


def judge(cases: Sequence[Case]) -> list[Verdict]:
    """One verdict per case, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        rows = harvest_all(cases, Path(folder))
    verdicts = []
    for index, case in enumerate(cases):
        ours = answer(case, rows.get(index))
        expected = _expected(case)
        agrees = _equal(case, _meaning(case["field"], ours), _meaning(case["field"], expected))
        verdicts.append(Verdict(index, case["field"], case["test"], ours, expected, agrees))
    return verdicts


# --- the rows -----------------------------------------------------------------------------


def harvest_all(cases: Sequence[Case], folder: Path) -> dict[int, Row]:
    """Import every distinct configuration once, and harvest its rows as one file."""
    batches: defaultdict[str, list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        if case.get("config"):
            batches[json.dumps([case["config"], _source_name(case)])].append(index)
    paths = Paths(home=folder / "data", catalog=folder / "catalog", mirror=None)
    (paths.catalog / "sources").mkdir(parents=True)
    rows: dict[int, Row] = {}
    for number, (key, indexes) in enumerate(batches.items()):
        config, source_name = json.loads(key)
        inputs = {index: cases[index]["input"] for index in indexes}
        try:
            source = import_config(config, f"cas-{number}", paths, source_name)
            rows |= _harvest(source, inputs, folder)
        except OpendataError as error:
            rows |= {index: {"erreur": error.en} for index in inputs}
    return rows


def import_config(
    config: Mapping[str, Any], name: str, paths: Paths, source_name: str = ""
) -> Source:
    """A source of the catalogue made from a configuration, as ``source import`` makes it."""
    conversion = convert(config, source_name=source_name, fallback=_IDENTITY)
    head = {"id": name, "title": name, "licence": "etalab-2.0", "verified": False}
    fetch = {"url": "https://exemple.fr/lieux.json", "format": "json", "records": "*"}
    text = source_text(
        head, fetch, contract(conversion.mapping), conversion.mapping, (), conversion.comments
    )
    (paths.catalog / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_source(name, paths)


def _harvest(
    source: Source, inputs: Mapping[int, Mapping[str, Any]], folder: Path
) -> dict[int, Row]:
    """The stages of a harvest that make values, on one file of all the rows."""
    # A row may lack the columns of its id and name: the peer goes on.
    promised = {
        column: "" for name in _IDENTITY for rule in source.mapping[name] for column in rule.columns
    }
    promised["nom du cas"] = "Lieu du cas"
    records = [
        {**promised, "id du cas": f"cas {index}", **given} for index, given in inputs.items()
    ]
    path = folder / f"{source.id}.json"
    path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    raw, _, _ = read(path, source.fetch, source=source.id)
    mapped, _ = apply_mapping(raw, source)
    normal, _ = normalise_table(mapped, source)
    table, _, _ = check_rows(normal, source)
    return dict(zip(inputs, table.to_dict("records"), strict=True))


def _source_name(case: Case) -> str:
    """The name that the peer's command line gives the source, where a case tells it."""
    rest = case.get("context", {}).get("rest", [])
    return next((one for one in rest if isinstance(one, str)), "")


# --- our answer, in the peer's form ---------------------------------------------------------


def answer(case: Case, row: Row | None) -> Any:
    """What we say where the peer says ``expected``; None when we say nothing of it."""
    name = case["field"]
    if name in _STEPS and row is None:
        return _STEPS[name](case)
    if row is None or "erreur" in row:
        return "not read" if row is None else row["erreur"]
    if error := case.get("expected_error"):
        # The peer refuses the row; ours loses that value, which sets it aside where it must.
        return row.get({"voie": "adresse"}.get(error["key"], error["key"]), "")
    if name in _FIELDS:
        return _FIELDS[name](case, row)
    return _published(name, row)


def _published(name: str, row: Row) -> Any:
    value = row.get(name, "")
    if name in fields() and fields()[name].multiple:
        return value.split(SEPARATOR) if value else []
    return value


def _contact(case: Case, row: Row) -> dict[str, Any]:
    names = case.get("subfields") or ("telephone", "courriels", "site_web")
    return {name: _published(name, row) for name in names}


def _address(case: Case, row: Row) -> dict[str, Any]:
    """The address once its commune is found; what the row states where it is not."""
    stated = {name: row.get(name, "") for name in _ADDRESS}
    found = _resolve(stated, reference_with(case.get("context", {}).get("communes", ())))
    kept = found if found["code_insee"] else stated
    shorter, _ = without_own_town(
        *(pd.Series([text]) for text in (stated["adresse"], kept["code_postal"], kept["commune"]))
    )
    return {
        "voie": shorter[0],
        "complement_adresse": row.get("complement_adresse", ""),
        **{name: kept[name] for name in ("commune", "code_postal", "code_insee")},
    }


def _place(case: Case, row: Row) -> dict[str, float] | None:
    point = {name: row.get(name) for name in ("latitude", "longitude")}
    return None if any(pd.isna(value) for value in point.values()) else point


def _presentation(case: Case, row: Row) -> dict[str, str]:
    return {name: row.get(f"presentation_{name}", "") for name in ("resume", "detail")}


_FIELDS: Mapping[str, Callable[[Case, Row], Any]] = {
    "contact": _contact,
    "adresse": _address,
    "localisation": _place,
    "presentation": _presentation,
    # Their id is ours behind the name of its source: two columns of passerelle.csv.
    "id": lambda case, row: f"{row.get('source', '')}_{row['id']}",
    # The national standard's file fills the fourteen zeros (publish/standard.py).
    "pivot": lambda case, row: row.get("pivot") or NO_PIVOT,
    "prive": lambda case, row: NO_PUBLIC in _published("modalites_acces", row),
}


# --- inner steps of theirs ------------------------------------------------------------------


def _clean(kind: str, raw: str) -> str:
    value: str = normaliser(kind).clean(raw).value
    return value


def _commune(case: Case) -> str:
    """The commune we publish for a name.

    Theirs is a cleaning of words by lists of known slips. Ours looks for the name among the
    communes of the postcode that comes with it, so the case is put with the postcode of the
    commune expected, where a commune bears that name.
    """
    given = case["input"]["commune"] if isinstance(case["input"], dict) else case["input"]
    reference = reference_with(())
    bearers = reference.by_key.get(name_keys(case.get("expected") or "")[1], [])
    postcode = next((one for name in bearers for one in reference.postcodes[name.code]), "")
    stated = {"commune": _clean("commune", given), "code_postal": postcode}
    found = _resolve(stated, reference)
    # A postcode that serves one commune would answer in place of the name.
    return found["commune"] if "nom" in found["how"] else ""


def _referential(case: Case) -> dict[str, str]:
    """Their look-ups by name, postcode or both (``parNomEtCodePostal``), in their small list."""
    names = [_LOOKED_UP.get(part, "") for part in case["method"].removeprefix("par").split("Et")]
    stated = dict(zip(names, case["input"], strict=True))
    found = _resolve(stated, reference_of(_frozen(case["context"]["communes"])))
    return {"nom": found["commune"], "code": found["code_insee"]}


_LOOKED_UP = {"Nom": "commune", "CodePostal": "code_postal", "CodeInsee": "code_insee"}


def _former_commune(case: Case) -> dict[str, str]:
    found = _resolve({"commune": _clean("commune", case["input"])}, reference_with(()))
    return {"nom": found["commune"], "code": found["code_insee"]}


_STEPS: Mapping[str, Callable[[Case], Any]] = {
    "horaires_jour": lambda case: hours_of_day(case["input"]),
    "horaires_fusion_plages": lambda case: merged_hours(case["input"]),
    "commune": _commune,
    "data_inclusion.commune": _commune,
    "data_inclusion.voie": lambda case: _clean("adresse", case["input"]),
    "referentiel_commune": _referential,
    "ancienne_commune": _former_commune,
}


# --- communes -----------------------------------------------------------------------------


def _resolve(stated: Mapping[str, str], reference: CommuneReference) -> dict[str, Any]:
    row = dict.fromkeys(_ADDRESS, "") | dict(stated)
    table = pd.DataFrame([row], index=pd.Index([2], name="ligne"), dtype="str")
    found: dict[str, Any] = resolve(table, reference)[0].iloc[0].to_dict()
    return found


@cache
def _whole_reference() -> CommuneReference:
    nowhere = Path("/nonexistent")
    return load_reference(Paths(home=nowhere, catalog=nowhere, mirror=None))


def reference_with(communes: Iterable[Mapping[str, Any]]) -> CommuneReference:
    """France, with the communes a case speaks of as that case describes them."""
    return _overlaid(_frozen(communes))


@cache
def _overlaid(communes: tuple[tuple[str, ...], ...]) -> CommuneReference:
    whole = _whole_reference()
    others = _described(communes, whole)
    others = others[~others["code"].isin(whole.current.index) | _differs(others, whole)]
    if others.empty:
        return whole
    kept = whole.frame[~whole.frame["code"].isin(others["code"])]
    return replace(whole, frame=pd.concat([kept, others], ignore_index=True))


def _differs(communes: pd.DataFrame, whole: CommuneReference) -> pd.Series:
    """Communes that a case made up under a code that is another commune's."""
    known = communes["code"].map(whole.official)
    return known.notna() & (known.map(str).map(fold) != communes["nom"].map(fold))


@cache
def reference_of(communes: tuple[tuple[str, ...], ...]) -> CommuneReference:
    """Only the communes of a case."""
    whole = _whole_reference()
    return replace(whole, frame=_described(communes, whole))


def _frozen(communes: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (one["code"], one["nom"], one["codeDepartement"], one["codeRegion"],
         SEPARATOR.join(one["codesPostaux"]))
        for one in communes
    )  # fmt: skip


def _described(communes: tuple[tuple[str, ...], ...], whole: CommuneReference) -> pd.DataFrame:
    """The rows of a reference for the communes of a case."""
    names = ["code", "nom", "departement", "region", "codes_postaux"]
    rows = pd.DataFrame(list(communes), columns=names, dtype="str")
    kinds = whole.frame.dtypes.to_dict()
    text = {name for name, kind in kinds.items() if pd.api.types.is_string_dtype(kind)}
    rows = rows.assign(**dict.fromkeys(text.difference(names), ""))
    rows = rows.assign(type="commune", parent=rows["code"])
    return rows.reindex(columns=list(kinds)).astype(kinds)


# --- comparing ------------------------------------------------------------------------------


def _expected(case: Case) -> Any:
    return None if "expected_error" in case else case.get("expected")


def _meaning(name: str, value: Any) -> Any:
    """A value in the form in which two writings of the same thing are equal."""
    if isinstance(value, dict):
        inner = {key: _meaning(key, one) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one is not None} or None
    if isinstance(value, list):
        return frozenset(_meaning(name, one) for one in value) or None
    if value is None or value == "" or value is False:
        return None
    if isinstance(value, float | int) and not isinstance(value, bool):
        return round(float(value), 6)
    if name == "date_maj":
        return str(value)[:10]
    if name in fields() and fields()[name].vocabulary:
        # One label is spelt in two ways, with and without a space before its bracket.
        return accepted_terms(fields()[name].vocabulary).get(fold(str(value)), value)
    return value


def _equal(case: Case, ours: Any, theirs: Any) -> bool:
    name = case["field"]
    if isinstance(ours, str) and isinstance(theirs, str) and name.startswith("horaires"):
        return same_hours(ours, theirs)
    if isinstance(ours, str) and isinstance(theirs, str) and name.endswith("commune"):
        # Theirs is text on its way to a look-up, ours the official name that it leads to.
        return fold(ours) == fold(theirs)
    if name in ("referentiel_commune", "ancienne_commune") and theirs:
        theirs = {key: theirs[key] for key in ("nom", "code")}
    return bool(ours == theirs)


# --- answers of ours that differ ----------------------------------------------------------------


def load_answers(folder: Path) -> list[dict[str, Any]]:
    """The cases where ours is better: field, test, index, ours and the reason."""
    return [
        {**entry, "file": path.name}
        for path in sorted(folder.glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("answer", ())
    ]


def stands(entry: Mapping[str, Any], verdict: Verdict) -> bool:
    """Whether an answer of the table is still what we say."""
    return _plain(entry["ours"]) == _plain(verdict.ours)


def _plain(value: Any) -> Any:
    """A value as an answers file can write it: TOML has no null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one not in ("", None, [])}
    if isinstance(value, list):
        return sorted(map(str, value))
    return "" if value is None or value == [] else value


def summary(verdicts: Sequence[Verdict], answered: set[int]) -> str:
    """The rate per field, and what fails."""
    lines = [f"{'field':<34}{'cases':>6}{'agree':>7}{'better':>8}{'rate':>8}"]
    names = dict.fromkeys(verdict.field for verdict in verdicts)
    groups = [(name, [one for one in verdicts if one.field == name]) for name in names]
    for name, group in [*groups, ("total", list(verdicts))]:
        agree = sum(one.agrees for one in group)
        better = sum(one.index in answered and not one.agrees for one in group)
        rate = (agree + better) / len(group) if group else 1.0
        lines.append(f"{name:<34}{len(group):>6}{agree:>7}{better:>8}{rate:>8.1%}")
    failing = [one for one in verdicts if not one.agrees and one.index not in answered]
    for one in failing:
        said = json.dumps(one.ours, ensure_ascii=False)
        wanted = json.dumps(one.expected, ensure_ascii=False)
        lines.append(f"✗ {one.index} {one.test}\n    ours   {said}\n    theirs {wanted}")
    return re.sub(r" +\n", "\n", "\n".join(lines))

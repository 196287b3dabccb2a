"""A source TOML drafted from a file: live rules, candidates as comments, two examples.

The draft is run before it is shown: its examples are two real rows with what the pipeline
makes of them, without what speaks of persons, and its summary counts what it accepted.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.errors import FetchError, UsageError
from opendata.harvest import Harvest, harvest_file
from opendata.language import Text
from opendata.mapping import apply_mapping
from opendata.model import Contract, Fetch, Source
from opendata.normalise import normalise_table
from opendata.normalise.postcode import clean as clean_postcode
from opendata.onboard import closed_lists
from opendata.onboard.closed_lists import Unknown
from opendata.onboard.guess import (
    Candidate,
    Guess,
    guess,
    is_personal,
    reads,
    speaks_of_persons,
)
from opendata.onboard.profile import Column, Profile, is_person, profile_file
from opendata.onboard.toml_text import source_text
from opendata.paths import Paths
from opendata.schema import fields

#: A source promises this share of the rows it has today.
PROMISED_ROWS = 0.8
#: A territory is named when this share of the postcodes lie in it.
_IN_TERRITORY = 0.95
_ESSENTIAL = (
    "id",
    "nom",
    "adresse",
    "code_postal",
    "code_insee",
    "commune",
    "latitude",
    "longitude",
)
#: Longest text shown in an example or as the sample of a column.
_LONGEST_CELL = 160
_LONGEST_SAMPLE = 40
#: What an example says nothing of: long texts, and fields that speak of persons.
_NOT_IN_EXAMPLES = frozenset({"presentation_detail", "presentation_resume", "source"})
#: Candidates shown for one field.
_MOST_CANDIDATES = 3


@dataclass(frozen=True)
class Draft:
    """A drafted source: ``text`` is its TOML, ``source`` the same once loaded."""

    text: str
    source: Source
    harvest: Harvest
    guess: Guess
    candidates: tuple[Candidate, ...]
    unknown: tuple[Unknown, ...]

    @property
    def mapped(self) -> int:
        """How many columns of the file a live rule reads."""
        return len(self.guess.profile.columns) - len(self.guess.unused())


def download(url: str, source_id: str, paths: Paths) -> Path:
    """The file at ``url`` as the first copy of the source to be. Raises FetchError."""
    from opendata.fetch import fetch

    outcome = fetch(_blank(source_id, url), paths)
    if outcome.error_fr or not outcome.snapshots:
        raise FetchError("telechargement", fr=outcome.error_fr, en=outcome.error_en)
    return outcome.snapshots[0].path


def _blank(source_id: str, url: str) -> Source:
    return Source(
        id=source_id, title=source_id, publisher="", homepage="", licence="", attribution="",
        territory="france", verified=False, fetch=Fetch(url=url), contract=Contract(), mapping={},
        placeholders=(), coordinates={}, own_fields=(), examples=(), path=Path(), fingerprint="",
    )  # fmt: skip


def draft(path: Path, source_id: str, *, url: str = "") -> Draft:
    """Profile ``path`` and draft the source ``source_id`` (``url``: where the file is from).

    Raises ReadError when the file is no table, UsageError when nothing in it looks like the
    name of a place.
    """
    profile = profile_file(path)
    found = guess(profile)
    unknown = closed_lists.add(found)
    if "nom" not in found.mapping:
        raise UsageError(
            "nom_introuvable",
            fr=f"Aucune colonne de {path.name} ne ressemble au nom d'un lieu (colonnes lues : "
            f"{_listed(profile)}) : vérifiez le fichier, ou écrivez la source à la main "
            "(docs/mapping.md).",
            en=f"No column of {path.name} looks like the name of a place (columns read: "
            f"{_listed(profile)}): check the file, or write the source by hand (docs/mapping.md).",
        )
    candidates = _kept(found)
    parts = _Parts(source_id, url, found, candidates, unknown, _territory(found))
    source = _load(parts.text(()), source_id)
    harvested = harvest_file(source, path)
    text = parts.text(_examples(source, harvested, profile))
    return Draft(text, _load(text, source_id), harvested, found, candidates, tuple(unknown))


def _listed(profile: Profile) -> str:
    names = [column.name for column in profile.columns]
    return ", ".join(names[:12]) + ("…" if len(names) > 12 else "")


def _load(text: str, source_id: str) -> Source:
    """The source that a text is, read the way the catalogue reads it."""
    from opendata.catalog import load_source

    with tempfile.TemporaryDirectory() as folder:
        catalog = Path(folder)
        (catalog / "sources").mkdir()
        (catalog / "sources" / f"{source_id}.toml").write_text(text, encoding="utf-8")
        return load_source(source_id, Paths(home=catalog, catalog=catalog, mirror=None))


def _kept(found: Guess) -> tuple[Candidate, ...]:
    """The candidates worth a comment: columns no live rule reads, the fullest first."""
    unused = {column.name for column in found.unused()}
    worth = [
        candidate
        for candidate in found.candidates
        if candidate.column.name in unused and candidate.column.filled >= 0.01
    ]
    worth.sort(key=lambda candidate: -candidate.share * candidate.column.filled)
    kept: list[Candidate] = []
    for candidate in worth:
        same = [other for other in kept if other.field == candidate.field]
        known = any(other.column is candidate.column for other in same)
        if len(same) < _MOST_CANDIDATES and not known:
            kept.append(candidate)
    return tuple(kept)


# --- the parts of the text -------------------------------------------------------------


@dataclass(frozen=True)
class _Parts:
    """What the text is made of."""

    source_id: str
    url: str
    found: Guess
    candidates: Sequence[Candidate]
    unknown: Sequence[Unknown]
    territory: str

    def text(self, examples: Sequence[Mapping[str, Mapping[str, str]]]) -> str:
        head: dict[str, Any] = {
            "id": self.source_id,
            "title": self.source_id.replace("-", " ").capitalize(),
            "publisher": "",
            "homepage": "",
            "territory": self.territory,
            "verified": False,
        }
        profile = self.found.profile
        if profile.placeholders:
            head["placeholders"] = list(profile.placeholders)
        if self.found.projection:
            head["coordinates"] = {"projection": self.found.projection}
        fetch = ({"url": self.url} if self.url else {}) | dict(profile.layout)
        contract = {
            "required_columns": _required(self.found),
            "min_rows": max(1, int(profile.rows * PROMISED_ROWS)),
            "key": list(self.found.key),
        }
        mapping = {
            field: rules[0] if len(rules) == 1 else rules
            for field, rules in self.found.ordered().items()
        }
        return source_text(head, fetch, contract, mapping, examples, self._comments())

    def _comments(self) -> dict[str, list[str]]:
        notes = self._comments_on_head()
        for candidate in self.candidates:
            rule = _one_line(candidate.rule)
            why = Text(
                f"# possible : {_percent(candidate.share)} des valeurs conviennent, "
                f"colonne remplie à {_percent(candidate.column.filled)}",
                f"# possible: {_percent(candidate.share)} of the values fit, "
                f"column {_percent(candidate.column.filled)} full",
            )
            notes.setdefault(f"mapping.{candidate.field}", []).append(
                f"{candidate.field} = {rule}   {why}"
            )
        for unknown in self.unknown:
            notes.setdefault(f"mapping.{unknown.field}", []).extend(_unknown_lines(unknown))
        if unused := _unused_lines(self.found):
            # After the rules: « mapping.~ » is no field, so that it comes last.
            notes["mapping.~"] = ["", *unused]
        return notes

    def _comments_on_head(self) -> dict[str, list[str]]:
        found, notes = self.found, {}
        file = self.url or found.profile.path.name
        notes["top"] = [
            str(Text(f"Brouillon tiré de {file} ({found.profile.rows} lignes) : relisez tout.",
                     f"Draft made from {file} ({found.profile.rows} rows): read it all."))
        ]  # fmt: skip
        notes["title"] = [
            str(Text("À COMPLÉTER : le titre, qui produit ce fichier, et sa page.",
                     "TO BE FILLED IN: the title, who makes this file, and its page."))
        ]  # fmt: skip
        notes["licence"] = [
            str(Text("À COMPLÉTER : sans licence connue, rien de cette source n'est publié.",
                     "TO BE FILLED IN: without a known licence nothing of this source is "
                     "published.")),
            'licence = "etalab-2.0"   # schemas/vocabularies/licences.csv',
            'attribution = "…"',
        ]  # fmt: skip
        notes["verified"] = [
            str(Text("Brouillon : passez à true quand une personne l'a relu et essayé.",
                     "A draft: set to true once a person has read and tried it."))
        ]  # fmt: skip
        if not self.url:
            notes["fetch"] = [
                str(Text(f"Sans adresse : alimentée par « opendata deposit {self.source_id} "
                         "FICHIER ».",
                         f"Without an address: fed by “opendata deposit {self.source_id} FILE”."))
            ]  # fmt: skip
        if found.swapped:
            notes["mapping.latitude"] = [
                str(Text("Les valeurs disent le contraire des en-têtes : les axes y sont permutés.",
                         "The values contradict the headers: their axes are swapped."))
            ]  # fmt: skip
        if found.composed or len(found.key) > 1 or found.key_repeats:
            notes["mapping.id"] = _key_lines(found)
        notes["example"] = [
            str(Text("Deux lignes du fichier (sans contacts) et ce qui en est publié : à relire.",
                     "Two rows of the file (no contacts) and what is published of them: read "
                     "them."))
        ]  # fmt: skip
        return notes


def _key_lines(found: Guess) -> list[str]:
    lines = []
    if not found.composed and len(found.key) > 1:
        lines.append(
            Text(
                f"« {found.key[1]} » se répète : « {found.key[0]} » s'y ajoute.",
                f"“{found.key[1]}” repeats itself: “{found.key[0]}” goes with it.",
            )
        )
    if found.composed:
        lines.append(
            Text("Aucune colonne n'est un identifiant : nom, adresse et commune en tiennent lieu.",
                 "No column is an identifier: name, address and commune stand in for it.")
        )  # fmt: skip
    if found.key_repeats:
        lines.append(
            Text(f"{found.key_repeats} lignes reprennent une clé déjà vue : elles seront mises de "
                 "côté.",
                 f"{found.key_repeats} rows repeat a key already seen: they will be set aside.")
        )  # fmt: skip
    return [str(line) for line in lines]


def _unknown_lines(unknown: Unknown) -> list[str]:
    words = sorted(unknown.counts, key=lambda text: -unknown.counts[text])
    shown = ", ".join(f"« {_cut(text)} » ({unknown.counts[text]})" for text in words[:8])
    more = len(words) - 8
    rule = {"columns": [unknown.column], "terms": [words[0][:60]], "value": "…"}
    return [
        str(Text(f"« {unknown.column} » dit aussi : {shown}" + (f" et {more} autres" * (more > 0)),
                 f"“{unknown.column}” also says: {shown}" + (f" and {more} more" * (more > 0)))),
        str(Text("à compléter avec des règles comme : ", "to be completed with rules such as: "))
        + _one_line(rule),
    ]  # fmt: skip


def _unused_lines(found: Guess) -> list[str]:
    unused = found.unused()
    telling = [column for column in unused if column.distinct > 1]
    single = [column for column in unused if column.distinct == 1]
    empty = [column.name for column in unused if not column.filled]
    lines = []
    if telling:
        lines.append(str(Text("Colonnes qui ne sont pas lues :", "Columns that are not read:")))
        lines += [f"  {column.name} : {_samples(column)}" for column in telling]
    if single:
        title = Text("D'une seule valeur : ", "Of a single value: ")
        lines.append(str(title) + ", ".join(f"{c.name} ({_samples(c)})" for c in single))
    if empty:
        lines.append(str(Text("Vides : ", "Empty: ")) + ", ".join(empty))
    return lines


def _samples(column: Column) -> str:
    """Two values of a column, unless they speak of persons."""
    if is_personal(column):
        return str(Text("(personnes ou contacts, non montrés)", "(persons or contacts, not shown)"))
    shown = [text for text in column.counts if not (speaks_of_persons(text) or is_person(text))]
    return " ; ".join(map(_cut, shown[:2])) or "…"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SAMPLE else line[: _LONGEST_SAMPLE - 1] + "…"


def _one_line(rule: Mapping[str, Any]) -> str:
    """A rule as TOML; JSON texts and lists are TOML's too."""
    pairs = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rule.items())
    return "{ " + ", ".join(pairs) + " }"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _required(found: Guess) -> list[str]:
    """The columns without which the file is not the one that was drafted from."""
    required: dict[str, None] = {}
    for field in _ESSENTIAL:
        rule = next(iter(found.mapping.get(field, [])), {})
        if rule and not rule.get("optional"):
            names = reads(rule)
            required |= dict.fromkeys(names[:1] if "first_of" in rule else names)
    return list(required | dict.fromkeys(found.key))


def _territory(found: Guess) -> str:
    """The département or region nearly all postcodes lie in, else France."""
    rule = next(iter(found.mapping.get("code_postal", [])), {})
    if not rule:
        return "france"
    values = found.profile.table[reads(rule)[0]]
    if "regex" in rule:
        values = values.str.extract(rule["regex"], expand=False).fillna("").astype("str")
    cleaned = {value: clean_postcode(value).value for value in values.unique()}
    prefixes = values.map(cleaned)[values != ""].map(_departement)
    counts = prefixes[prefixes != ""].value_counts(normalize=True)
    if counts.empty:
        return "france"
    if counts.iloc[0] >= _IN_TERRITORY:
        return f"departement:{counts.index[0]}"
    known = _regions()
    regions = counts.groupby([known.get(str(code), "") for code in counts.index]).sum()
    best = str(regions.idxmax())
    return f"region:{best}" if best and regions.max() >= _IN_TERRITORY else "france"


def _departement(code: str) -> str:
    if code[:2] == "20":  # Corsica: 200 and 201 are the South
        return "2A" if code[:3] in ("200", "201") else "2B"
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def _regions() -> Mapping[str, str]:
    from opendata.geocode.gazetteer import load_reference
    from opendata.paths import paths_from_environment

    current = load_reference(paths_from_environment()).current
    pairs = current[["departement", "region"]].drop_duplicates()
    return dict(zip(pairs["departement"], pairs["region"], strict=True))


# --- examples --------------------------------------------------------------------------


def _examples(
    source: Source, harvested: Harvest, profile: Profile
) -> list[dict[str, dict[str, str]]]:
    """Two rows that exercise many fields, the second of another kind than the first."""
    table = harvested.table
    rows = table[(table["refus"] == "") & table.index.isin(profile.table.index)]
    if rows.empty:
        return []
    shown = [name for name in rows.columns if name in fields()]
    fullness = (rows[shown].astype("str").replace("nan", "") != "").sum(axis=1)
    ranked = rows.loc[fullness.sort_values(ascending=False, kind="stable").index].head(300)
    made: list[dict[str, dict[str, str]]] = []
    kinds: set[str] = set()
    for line in ranked.index:
        kind = str(ranked.at[line, "categories"]) if "categories" in ranked else ""
        if kind in kinds and line != ranked.index[-1]:
            continue
        example = _example(source, profile, line)
        if example:
            made.append(example)
            kinds.add(kind)
        if len(made) == 2:
            return made
    for line in ranked.index:
        example = _example(source, profile, line)
        if example and example not in made:
            return [*made, example][:2]
    return made


def _example(source: Source, profile: Profile, line: int) -> dict[str, dict[str, str]] | None:
    """A row without what speaks of persons, and what the mapping makes of the rest."""
    columns = dict.fromkeys(
        name
        for field, rules in source.mapping.items()
        if not fields()[field].personal and field not in _NOT_IN_EXAMPLES
        for rule in rules
        for name in rule.columns
    )
    row = profile.table.loc[line]
    cells = {name: str(row[name]) for name in columns if str(row[name]).strip()}
    if speaks_of_persons(" ".join(cells.get(name, "") for name in _naming(source))):
        return None
    hidden = {column.name for column in profile.columns if is_personal(column)}
    cells = {
        name: text
        for name, text in cells.items()
        if name not in hidden and len(text) <= _LONGEST_CELL and not speaks_of_persons(text)
    }
    blank = dict.fromkeys((name for rules in source.mapping.values() for one in rules
                           for name in one.columns), "")  # fmt: skip
    one = pd.DataFrame([blank | cells], index=pd.Index([2], name="ligne"), dtype="str")
    mapped, _ = apply_mapping(one, source)
    normal, _ = normalise_table(mapped, source)
    expect = _expected(normal.iloc[0].to_dict())
    return {"input": cells, "expect": expect} if expect.get("nom") else None


def _naming(source: Source) -> Iterable[str]:
    return (name for field in ("nom", "adresse") for rule in source.mapping.get(field, ())
            for name in rule.columns)  # fmt: skip


def _expected(row: Mapping[Any, Any]) -> dict[str, str]:
    told = {}
    for name, field in fields().items():
        value = row.get(name)
        if value is None or value != value or field.personal or name in _NOT_IN_EXAMPLES:
            continue
        text = str(value)
        if text and len(text) <= _LONGEST_CELL:
            told[name] = text
    return told

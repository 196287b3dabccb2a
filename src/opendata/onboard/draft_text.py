"""The text of a drafted source: live rules, and as comments all that a person has to judge."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.onboard.cells import is_person
from opendata.onboard.closed_lists import Unknown
from opendata.onboard.persons import is_personal, speaks_of_persons
from opendata.onboard.profile import Column
from opendata.onboard.promise import contract
from opendata.onboard.proposal import Candidate, Guess
from opendata.onboard.toml_text import source_text

#: Longest sample of a column that is shown, and how many.
_LONGEST_SAMPLE = 40
_SAMPLES = 2
#: Unknown words of a closed list that are shown, and the characters of a term to look for.
_MOST_WORDS = 8
_LONGEST_TERM = 60


@dataclass(frozen=True)
class Parts:
    """What the text is made of; ``url`` is "" for a file received by hand."""

    source_id: str
    url: str
    found: Guess
    candidates: Sequence[Candidate]
    unknown: Sequence[Unknown]
    territory: str

    def text(self, examples: Sequence[Mapping[str, Mapping[str, str]]]) -> str:
        """The TOML, with these examples (``input``, ``expect``)."""
        fetch = ({"url": self.url} if self.url else {}) | dict(self.found.profile.layout)
        mapping = {
            field: rules[0] if len(rules) == 1 else rules
            for field, rules in self.found.ordered().items()
        }
        return source_text(
            self._head(), fetch, contract(self.found), mapping, examples, self._comments()
        )

    def _head(self) -> dict[str, Any]:
        head: dict[str, Any] = {
            "id": self.source_id,
            "title": self.source_id.replace("-", " ").capitalize(),
            "publisher": "",
            "homepage": "",
            "territory": self.territory,
            "verified": False,
        }
        if self.found.profile.placeholders:
            head["placeholders"] = list(self.found.profile.placeholders)
        if self.found.projection:
            head["coordinates"] = {"projection": self.found.projection}
        return head

    def _comments(self) -> dict[str, list[str]]:
        """Lines by the place of the text they stand above (see ``source_text``)."""
        notes = {place: [str(line)] for place, line in self._comments_on_head()}
        notes["licence"] += [
            'licence = "etalab-2.0"   # schemas/vocabularies/licences.csv',
            'attribution = "…"',
        ]
        if lines := _key_lines(self.found):
            notes["mapping.id"] = [str(line) for line in lines]
        for candidate in self.candidates:
            notes.setdefault(f"mapping.{candidate.field}", []).append(_candidate_line(candidate))
        for unknown in self.unknown:
            notes.setdefault(f"mapping.{unknown.field}", []).extend(_unknown_lines(unknown))
        if unused := _unused_lines(self.found):
            # After the rules: « mapping.~ » is no field, so that it comes last.
            notes["mapping.~"] = ["", *unused]
        return notes

    def _comments_on_head(self) -> Iterator[tuple[str, Text]]:
        profile = self.found.profile
        file = self.url or profile.path.name
        yield (
            "top",
            Text(
                f"Brouillon tiré de {file} ({profile.rows} lignes) : relisez tout.",
                f"Draft made from {file} ({profile.rows} rows): read it all.",
            ),
        )
        yield from _asked_of_a_person()
        if not self.url:
            yield (
                "fetch",
                Text(
                    f"Sans adresse : alimentée par « opendata deposit {self.source_id} FICHIER ».",
                    f"Without an address: fed by “opendata deposit {self.source_id} FILE”.",
                ),
            )
        if self.found.swapped:
            yield (
                "mapping.latitude",
                Text(
                    "Les valeurs disent le contraire des en-têtes : les axes y sont permutés.",
                    "The values contradict the headers: their axes are swapped.",
                ),
            )


def _asked_of_a_person() -> Iterator[tuple[str, Text]]:
    """What only a person knows, and what every draft asks to be read."""
    yield (
        "title",
        Text(
            "À COMPLÉTER : le titre, qui produit ce fichier, et sa page.",
            "TO BE FILLED IN: the title, who makes this file, and its page.",
        ),
    )
    yield (
        "licence",
        Text(
            "À COMPLÉTER : sans licence connue, rien de cette source n'est publié.",
            "TO BE FILLED IN: without a known licence nothing of this source is published.",
        ),
    )
    yield (
        "verified",
        Text(
            "Personne n'a encore relu ni essayé cette source. Cela n'empêche pas de la publier :\n"
            "« opendata status --json » le dit. Passez à true quand c'est fait.",
            "Nobody has read or tried this source yet. It is published all the same:\n"
            "“opendata status --json” says so. Set to true once it is done.",
        ),
    )
    yield (
        "example",
        Text(
            "Deux lignes du fichier (sans contacts) et ce qui en est publié : à relire.\n"
            "Une règle changée (id, par exemple) change « expect » : « opendata check » dit où.",
            "Two rows of the file (no contacts) and what is published of them: read them.\n"
            "A rule that changes (id, say) changes “expect”: “opendata check” says where.",
        ),
    )


def _key_lines(found: Guess) -> list[Text]:
    """What is odd about the key, if anything is."""
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
            Text(
                "Aucune colonne n'est un identifiant : nom, adresse et commune en tiennent lieu.",
                "No column is an identifier: name, address and commune stand in for it.",
            )
        )
    if found.key_repeats:
        lines.append(
            Text(
                f"{found.key_repeats} lignes reprennent une clé déjà vue : elles seront mises de "
                "côté.",
                f"{found.key_repeats} rows repeat a key already seen: they will be set aside.",
            )
        )
    return lines


def _candidate_line(candidate: Candidate) -> str:
    fit, full = _percent(candidate.share), _percent(candidate.column.filled)
    why = Text(
        f"# possible : {fit} des valeurs conviennent, colonne remplie à {full}",
        f"# possible: {fit} of the values fit, column {full} full",
    )
    return f"{candidate.field} = {_one_line(candidate.rule)}   {why}"


def _unknown_lines(unknown: Unknown) -> list[str]:
    """The words a list does not know, the most frequent first, and the rule to fill in."""
    words = sorted(unknown.counts, key=lambda text: -unknown.counts[text])
    shown = ", ".join(f"« {_cut(text)} » ({unknown.counts[text]})" for text in words[:_MOST_WORDS])
    more = len(words) - _MOST_WORDS
    others = Text(f" et {more} autres", f" and {more} more") if more > 0 else Text("", "")
    rule = {"columns": [unknown.column], "terms": [words[0][:_LONGEST_TERM]], "value": "…"}
    says = Text(
        f"« {unknown.column} » dit aussi : {shown}{others.fr}",
        f"“{unknown.column}” also says: {shown}{others.en}",
    )
    with_rules = Text(
        "à compléter avec des règles comme : ", "to be completed with rules such as: "
    )
    return [str(says), f"{with_rules}{_one_line(rule)}"]


def _unused_lines(found: Guess) -> list[str]:
    """The columns that no rule reads, with a glimpse of what they hold."""
    unused = found.unused()
    telling = [column for column in unused if column.distinct > 1]
    single = [column for column in unused if column.distinct == 1]
    empty = [column for column in unused if not column.distinct]
    lines = []
    if telling:
        lines.append(str(Text("Colonnes qui ne sont pas lues :", "Columns that are not read:")))
        lines += [f"  {column.name} : {_samples(column)}" for column in telling]
    if single:
        listed = ", ".join(f"{column.name} ({_samples(column)})" for column in single)
        lines.append(str(Text(f"D'une seule valeur : {listed}", f"Of a single value: {listed}")))
    if empty:
        listed = ", ".join(column.name for column in empty)
        lines.append(str(Text(f"Vides : {listed}", f"Empty: {listed}")))
    return lines


def _samples(column: Column) -> str:
    """Two values of a column, unless they speak of persons."""
    if is_personal(column):
        return str(Text("(personnes ou contacts, non montrés)", "(persons or contacts, not shown)"))
    shown = [text for text in column.counts if not (speaks_of_persons(text) or is_person(text))]
    return " ; ".join(_cut(text) for text in shown[:_SAMPLES]) or "…"


def _cut(text: str) -> str:
    """A text on one line and short enough to be a sample."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SAMPLE else line[: _LONGEST_SAMPLE - 1] + "…"


def _one_line(rule: Mapping[str, Any]) -> str:
    """A rule as TOML; JSON texts and lists are TOML's too."""
    pairs = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rule.items())
    return "{ " + ", ".join(pairs) + " }"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")

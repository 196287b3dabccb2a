"""The closed vocabulary of mapping rules, run over a whole table at once.

A field is filled by one rule or a list of them. For a multi-valued field every rule that
gives a value contributes; for the others the first rule that gives one wins. A rule marked
``otherwise`` speaks only where the earlier ones stayed silent. ``docs/mapping.md`` is the
steward's page on this vocabulary.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from opendata.errors import ContractError
from opendata.leftovers import unread_parts
from opendata.model import Rule, Source, columns_read, issue_lines, join_issues, no_issues
from opendata.nearest import closest
from opendata.normalise.hours import halves, remarks
from opendata.schema import SEPARATOR, fields, fold
from opendata.tables import ALTERNATIVE, empty_text, joined, over_distinct, stated
from opendata.words import Words

#: Answers that mean "this box is not ticked": silence about them is not a loss.
_NEGATIVE = frozenset(("", "non", "no", "false", "faux", "0", "n"))

#: Two decimal numbers in one cell, whatever stands between them: « 46,42850 0,86970 ».
_POINT = re.compile(
    r"[\s(\[]*([+-]?[0-9]{1,3}[.,][0-9]+)[\s,;/|]+([+-]?[0-9]{1,3}[.,][0-9]+)[\s)\]]*"
)
#: How much is quoted of a text in which a field found nothing, in characters.
_BEGINNING = 60

#: Kinds of fields whose values no normaliser judges one by one.
_WITHOUT_ALTERNATIVES = frozenset(("aucune", "coordonnees"))


def check_columns(table: pd.DataFrame, source: Source) -> None:
    """Refuse a file that lacks a column the mapping needs (:class:`ContractError`).

    A ``first_of`` rule needs one of its columns; an optional rule needs none.
    """
    present = set(table.columns)
    for field, rules in source.mapping.items():
        for rule in rules:
            missing = [column for column in rule.columns if column not in present]
            enough = rule.kind == "first_of" and len(missing) < len(rule.columns)
            if missing and not rule.optional and not enough:
                raise _missing_column(source, field, missing[0], table.columns)


def _missing_column(
    source: Source, field: str, column: str, present: Iterable[str]
) -> ContractError:
    names = list(present)
    near = closest(column, names)
    listed = ", ".join(names[:20]) + ("…" if len(names) > 20 else "")
    nearest_fr = f"la plus proche est « {near} » ; " if near else ""
    nearest_en = f"the nearest is “{near}”; " if near else ""
    return ContractError(
        "colonne_absente",
        fr=f"{source.id} : la colonne « {column} », dont « mapping.{field} » a besoin, manque "
        f"dans le fichier ; {nearest_fr}colonnes présentes : {listed}. Corrigez la règle, ou "
        "ajoutez-lui « optional = true ».",
        en=f"{source.id}: the column “{column}”, which “mapping.{field}” needs, is missing from "
        f"the file; {nearest_en}columns present: {listed}. Correct the rule, or give it "
        "“optional = true”.",
    )


@dataclass(frozen=True)
class _File:
    """A table whose placeholders are empty, an empty column, and what its texts hold.

    ``shared`` are the columns that several fields read.
    """

    table: pd.DataFrame
    empty: pd.Series
    words: Words
    shared: frozenset[str]


def apply_mapping(table: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of published fields (text, same index) and the issues of the mapping.

    A cell of a field that takes one value may offer several, separated by
    :data:`~opendata.tables.ALTERNATIVE`, best first. Raises ContractError when a column
    that a rule names is missing.
    """
    check_columns(table, source)
    meant = _without_placeholders(table, source.placeholders)
    columns: dict[str, pd.Series] = {}
    issues: list[pd.DataFrame] = []
    file = _File(meant, empty_text(table.index), Words(meant), _shared(source))
    for field, rules in source.mapping.items():
        columns[field], found = _fill(field, rules, file)
        issues += [found, _silences(field, rules, table, meant, columns[field], found)]
    told = {field: _told(field, rules, columns[field]) for field, rules in source.mapping.items()}
    issues += [unread_parts(meant, source.mapping, told), _unread_columns(table, source)]
    everything = join_issues(issues)
    everything["source"] = source.id
    return pd.DataFrame(columns, index=table.index, dtype="str"), everything


def _told(field: str, rules: tuple[Rule, ...], values: pd.Series) -> pd.Series:
    """A field of several values where a cell gave it one, not the value for want of any."""
    fallbacks = [rule.value for rule in rules if rule.otherwise]
    return values.mask(values.isin(fallbacks) | (not fields()[field].multiple), "")


def _shared(source: Source) -> frozenset[str]:
    """The columns that more than one field reads."""
    readers = Counter(chain.from_iterable(map(columns_read, source.mapping.values())))
    return frozenset(column for column, fields_of in readers.items() if fields_of > 1)


def stated_fields(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Where a file says something a field reads: one boolean column per mapped field.

    ``table`` is the file as it was read. This is what the account of a field starts from:
    each of these cells is published or has a line that says why not.
    """
    return pd.DataFrame(
        {
            field: _stated_in(table, _columns_read(rules, table))
            for field, rules in source.mapping.items()
        },
        index=table.index,
    )


def _columns_read(rules: tuple[Rule, ...], table: pd.DataFrame) -> list[str]:
    """The columns of the file that the rules of a field look at, in order."""
    return [column for column in columns_read(rules) if column in table.columns]


def _stated_in(table: pd.DataFrame, columns: list[str]) -> pd.Series:
    said = pd.Series(False, index=table.index)
    for column in columns:
        said |= stated(table[column])
    return said


def _silences(
    field: str,
    rules: tuple[Rule, ...],
    table: pd.DataFrame,
    meant: pd.DataFrame,
    result: pd.Series,
    found: pd.DataFrame,
) -> pd.DataFrame:
    """A line for each row whose cells say something, give the field nothing, and have no line.

    They hold what the source declares to mean nothing, or words no rule looks for.
    """
    columns = _columns_read(rules, table)
    silent = table.loc[result == "", columns]
    said = _stated_in(silent, columns) & ~silent.index.isin(found["row"])
    silent = silent[said.to_numpy()]
    if silent.empty:
        return no_issues()
    declared = ~_stated_in(meant.loc[silent.index], columns)
    codes = pd.Series("sans_objet", index=silent.index).mask(declared, "vide_declare")
    # These lines are many and their texts long: how they begin tells which text it was.
    begins = (silent[column].str.slice(0, _BEGINNING) for column in columns)
    shown = joined(
        [begin.mask(begin.str.len() == _BEGINNING, begin + "…") for begin in begins], " / "
    )
    return issue_lines(silent.index, field, codes, value=shown)


def _unread_columns(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    """One line per column with values that no rule reads: nothing of it is published."""
    rules = list(chain.from_iterable(source.mapping.values()))
    read = {*columns_read(rules), *(rule.remark for rule in rules), *source.contract.inactive}
    counts = {
        str(column): int(stated(table[column]).sum())
        for column in table.columns
        if column not in read
    }
    unread = {column: count for column, count in counts.items() if count}
    return issue_lines(
        [0] * len(unread),
        "",
        "colonne_non_lue",
        value=list(unread),
        detail=[str(count) for count in unread.values()],
    )


def _without_placeholders(table: pd.DataFrame, placeholders: tuple[str, ...]) -> pd.DataFrame:
    if not placeholders:
        return table
    nothing = {placeholder.strip().lower() for placeholder in placeholders}

    def blank(column: pd.Series) -> pd.Series:
        return column.mask(column.str.strip().str.lower().isin(nothing), "")

    return table.apply(blank)


def _fill(field: str, rules: tuple[Rule, ...], file: _File) -> tuple[pd.Series, pd.DataFrame]:
    about = fields()[field]
    result = file.empty
    issues = []
    # Where no normaliser can choose between alternatives, the first one is the value.
    choose = about.multiple or about.normalise in _WITHOUT_ALTERNATIVES
    for rule in rules:
        offered, found = _offers(field, rule, file, choose)
        issues.append(found)
        for value in offered:
            silent = result == ""
            both = ~silent & (value != "") & (value != result)
            result = result.mask(silent, value)
            if rule.otherwise:
                continue
            if about.multiple:
                result = result.mask(both, result + SEPARATOR + value)
            elif choose:
                issues.append(_unused(field, value[both], result[both]))
            else:
                result = result.mask(both, result + ALTERNATIVE + value)
    if about.multiple and len(rules) > 1:
        result = over_distinct(result, _distinct_parts)
    lost = join_issues(issues)
    if not about.multiple:
        # What one rule could not read and the next one could is not lost.
        read = lost["row"].isin(result.index[result != ""])
        lost = lost[~read | (lost["code"] == "valeur_non_retenue")]
    return result, join_issues([lost, _unmatched(field, rules, file.table, result)])


def _offers(
    field: str, rule: Rule, file: _File, choose: bool
) -> tuple[list[pd.Series], pd.DataFrame]:
    """What a rule finds: one column of values, or one per alternative, best first."""
    if rule.kind != "first_of":
        value, found = _run(field, rule, file)
        return [value], found
    runs = [
        _run(field, replace(rule, kind="column", columns=(column,)), file)
        for column in rule.columns
    ]
    values = [value for value, _ in runs]
    issues = [found for _, found in runs]
    if not choose:
        return values, join_issues(issues)
    first = file.empty
    for value in values:
        issues.append(_unused(field, value[(first != "") & (value != first)], first))
        first = first.mask(first == "", value)
    return [first], join_issues(issues)


def _unused(field: str, values: pd.Series, kept: pd.Series) -> pd.DataFrame:
    """Lines for values of a later column, where an earlier one already gave ``kept``."""
    values = values[values != ""]
    kept = kept.loc[values.index]
    return issue_lines(values.index, field, "valeur_non_retenue", value=values, published=kept)


def _distinct_parts(text: str) -> str:
    return SEPARATOR.join(dict.fromkeys(filter(None, text.split(SEPARATOR))))


def _run(field: str, rule: Rule, file: _File) -> tuple[pd.Series, pd.DataFrame]:
    present = [column for column in rule.columns if column in file.table.columns]
    if rule.columns and not present:
        return file.empty, no_issues()
    if rule.kind == "split" and fields()[field].normalise == "coordonnees":
        picked = over_distinct(file.table[present[0]], lambda text: _half_of_point(text, rule))
    else:
        picked = _PICK[rule.kind](rule, file, present)
    value, issues = _transform(field, rule, picked)
    if rule.pattern and file.shared.issuperset(present):
        # A search in what another field publishes: to find nothing is no loss.
        issues = issues[issues["code"] != "regle_sans_resultat"]
    if rule.kind == "split":
        issues = join_issues(
            [
                _lost(field, "regle_sans_resultat", file.table[present[0]].str.strip(), picked),
                issues,
            ]
        )
    return value, issues


def _pick_column(rule: Rule, file: _File, present: list[str]) -> pd.Series:
    return file.table[present[0]]


def _pick_join(rule: Rule, file: _File, present: list[str]) -> pd.Series:
    labels = dict(zip(rule.columns, rule.labels, strict=True)) if rule.labels else {}
    cells = (file.table[column] for column in present)
    return joined(
        [
            (labels.get(column, "") + cell).mask(cell == "", "")
            for column, cell in zip(present, cells, strict=True)
        ],
        rule.separator,
    )


def _pick_split(rule: Rule, file: _File, present: list[str]) -> pd.Series:
    return over_distinct(file.table[present[0]], lambda text: _part(text, rule))


def _part(text: str, rule: Rule) -> str:
    # A list of a JSON file was joined by the reader, whatever the rule expects.
    parts = text.split(rule.separator if rule.separator in text else SEPARATOR)
    return parts[rule.part].strip() if -len(parts) <= rule.part < len(parts) else ""


def _half_of_point(text: str, rule: Rule) -> str:
    """One number of a point: its decimal comma is not the comma between the two numbers."""
    pair = _POINT.fullmatch(text)
    return str(pair.groups()[rule.part]) if pair and -2 <= rule.part < 2 else _part(text, rule)


def _pick_constant(rule: Rule, file: _File, present: list[str]) -> pd.Series:
    return file.empty.mask(file.empty == "", rule.value)


def _pick_match(rule: Rule, file: _File, present: list[str]) -> pd.Series:
    matched = np.zeros(len(file.table), dtype=bool)
    for column in present:
        matched |= file.words.holding(column, rule.terms, rule.exceptions, contains=rule.contains)
    return file.empty.mask(matched, rule.value)


def _pick_days(rule: Rule, file: _File, present: list[str]) -> pd.Series:
    lines = [file.empty]
    for day, columns in rule.days.items():
        told = [file.table[column] for column in columns if column in file.table.columns]
        if told:
            hours = told[0] if len(told) == 1 else _halves(told)
            hours = _limited(rule, file, day, hours)
            lines.append((f"{day}: " + hours).mask(hours == "", ""))
    return joined(lines, "\n")


def _limited(rule: Rule, file: _File, day: str, hours: pd.Series) -> pd.Series:
    """The hours of one day, with the sentence of the remark beside them that goes with it."""
    if rule.remark not in file.table.columns:
        return hours
    both = hours + ALTERNATIVE + file.table[rule.remark]

    def with_remark(pair: str) -> str:
        cell, _, remark = pair.partition(ALTERNATIVE)
        return remarks.with_remark(cell, remark, day)

    return over_distinct(both, with_remark)


def _halves(told: list[pd.Series]) -> pd.Series:
    def one_day(cells: str) -> str:
        return halves.one_day(cells.split(ALTERNATIVE))

    return over_distinct(joined(told, ALTERNATIVE), one_day)


_PICK: Mapping[str, Callable[[Rule, _File, list[str]], pd.Series]] = {
    "column": _pick_column,
    "join": _pick_join,
    "split": _pick_split,
    "constant": _pick_constant,
    "match": _pick_match,
    "days": _pick_days,
    "week": _pick_column,
    "osm": _pick_column,
}


def _transform(field: str, rule: Rule, value: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    issues = no_issues()
    if rule.pattern:
        compiled = re.compile(rule.pattern)

        def extract(text: str) -> str:
            found = compiled.search(text)
            if not found:
                return ""
            return (found.group(1) if compiled.groups else found.group(0)) or ""

        extracted = over_distinct(value, extract)
        issues = _lost(field, "regle_sans_resultat", value, extracted)
        value = extracted
    if rule.values is not None:
        table = {fold(key): target for key, target in rule.values.items()}
        targets = {text: table.get(fold(text)) for text in value.unique()}
        translated = value.map({text: target or "" for text, target in targets.items()})
        meant = value.isin([text for text, target in targets.items() if target == ""])
        lost = _lost(field, "valeur_sans_correspondance", value.mask(meant, ""), translated)
        issues = join_issues([issues, lost])
        value = translated
    if rule.format:
        from opendata.normalise.dates import parse_format

        # A date the format does not fit goes on as it is: the normaliser judges it.
        value = over_distinct(value, lambda text: parse_format(text, rule.format) or text)
    return value, issues


def _lost(field: str, code: str, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    lost = (before != "") & (after == "")
    return _issues(field, code, before[lost])


def _issues(field: str, code: str, values: pd.Series) -> pd.DataFrame:
    return issue_lines(values.index, field, code, value=values)


def _unmatched(
    field: str, rules: tuple[Rule, ...], table: pd.DataFrame, result: pd.Series
) -> pd.DataFrame:
    """Cells that only ``match`` rules looked at and none recognised.

    Where a row got its value from the ``otherwise`` rule, its words went unrecognised too.
    """
    if not all(rule.kind in ("match", "constant") for rule in rules):
        return no_issues()
    spoken = any(rule.kind == "constant" and not rule.otherwise for rule in rules)
    fallback = next((rule.value for rule in rules if rule.otherwise), "")
    columns = _columns_read(rules, table)
    if spoken or not columns:
        return no_issues()
    silent = (result == "") | (result == fallback if fallback else False)
    looked_at = table.loc[silent, columns]
    issues = []
    for column in columns:
        values = looked_at[column]
        meaningful = ~values.str.strip().str.lower().isin(_NEGATIVE | {"oui", "true", "1"})
        issues.append(_issues(field, "regle_sans_resultat", values[meaningful]))
    return join_issues(issues)

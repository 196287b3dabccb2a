"""The file of a producer, put right where nothing is lost, with a column of remarks.

Given back, it gives the same places: see :mod:`opendata.read.given`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from opendata.harvest import Harvest
from opendata.model import Rule, Source
from opendata.normalise import MODULES, clean_value, normaliser
from opendata.normalise.base import Cleaned
from opendata.normalise.dates import parse_format
from opendata.normalise.phone import COUNTRY_CODES
from opendata.normalise.text import tidy
from opendata.plain_writing import as_people_write, told
from opendata.read.base import SHIFTED
from opendata.read.given import EXTRA_CELLS, OTHER_REMARKS, REMARKS, WHOLE_ROW
from opendata.schema import Field, fields, fold, problems
from opendata.tables import column, empty_text, joined

#: Said of the mapping or of the file as a whole, not of what a row holds.
_NOT_REMARKS = ("colonne_non_lue", "valeur_non_retenue", "regle_sans_resultat")

#: Severities of what a producer should look at; the rest only says how a value was put right.
_TO_LOOK_AT = ("error", "warning")

_WHOLE_FLOAT = re.compile(r"(\d+)[.,]0+")

_YEAR = re.compile(r"\d{4}")

_DATE_DIGITS = 8

_BEFORE_NUMBER = re.compile(rf"(?:00)?(?:{'|'.join(map(str, sorted(COUNTRY_CODES)))})?0?")

_PHONE_LABEL = re.compile(r"(?:tel(?:ephone)?)?")

#: A number that people already read; and a list or an object that a program wrote.
_READABLE_PHONE = re.compile(r"0\d(?: \d\d){4}")

_STRUCTURED = ("[", "{")


def repaired(raw: pd.DataFrame, source: Source, found: Harvest) -> pd.DataFrame:
    """The producer's own table with its cells put right, and a column of remarks in French.

    A cell that one field takes as it is gets the value that field would publish, written the
    way people write it, where it then says no less than before and would be published the
    same; every other cell is left as it was. Given back, the file gives the same places.
    """
    table = raw.copy()
    for name, (field, rule) in _direct_columns(source).items():
        if name in table:
            table[name] = _put_right(raw[name], field, rule, source, found.table)
    extra = _extra_cells(found, raw.index)
    if (extra != "").any():
        table[EXTRA_CELLS] = joined([column(table, EXTRA_CELLS), extra], " | ")
    remarks = OTHER_REMARKS if REMARKS in raw else REMARKS
    return table.assign(**{remarks: _remarks(found, raw.index)})


def _direct_columns(source: Source) -> Mapping[str, tuple[str, Rule]]:
    """Columns that one field alone reads, whole and untranslated: column -> field and rule."""
    readers: dict[str, list[tuple[str, Rule]]] = {}
    for field, rules in source.mapping.items():
        for rule in rules:
            for name in rule.columns:
                readers.setdefault(name, []).append((field, rule))
    return {
        name: those[0] for name, those in readers.items() if len(those) == 1 and _plain(*those[0])
    }


def _plain(field: str, rule: Rule) -> bool:
    about = fields()[field]
    kept_as_text = about.type != "number" and not about.vocabulary and about.normalise in MODULES
    whole = rule.kind in ("column", "first_of") and not rule.pattern and rule.values is None
    return kept_as_text and whole


def _put_right(
    cells: pd.Series, field: str, rule: Rule, source: Source, table: pd.DataFrame
) -> pd.Series:
    """A column with the cells of one field put right, each distinct one looked at once.

    ``table`` are the published fields, which tell the cells their context.
    """
    about = fields()[field]
    context: tuple[str, ...] = normaliser(about.normalise).CONTEXT
    nothing = {text.strip().lower() for text in source.placeholders}

    def clean(text: str, row: Mapping[str, str]) -> Cleaned:
        meant = parse_format(text, rule.format) or text if rule.format else text
        return clean_value(field, meant, row)

    def one(cell: str, *others: str) -> str:
        if not cell or cell.lower() in nothing or cell.startswith(_STRUCTURED):
            return cell
        row = dict(zip(context, others, strict=True))
        found = clean(cell, row)
        for better in dict.fromkeys((as_people_write(field, found.value), found.value)):
            if better in ("", cell):
                break
            no_less = _says_no_less(cell, better, about, found.code)
            if no_less and clean(better, row).value == found.value:
                return better
        return cell

    keys = pd.DataFrame({"cell": cells} | {name: column(table, name) for name in context})
    return _over_distinct_rows(keys, one)


def _over_distinct_rows(keys: pd.DataFrame, function: Callable[..., str]) -> pd.Series:
    """``function`` of the cells of each row, called once per distinct row."""
    rows = pd.Series(list(keys.itertuples(index=False, name=None)), index=keys.index)
    outcome = {row: function(*row) for row in dict.fromkeys(rows)}
    return rows.map(outcome).astype("str")


def _says_no_less(cell: str, better: str, about: Field, code: str) -> bool:
    """Whether nothing of a cell is missing from what would take its place.

    ``code`` is what its normaliser noted.
    """
    if about.normalise == "telephone":
        return _same_number(cell, better)
    if about.type == "date":
        # A time of day, or a second date, would be lost; a year alone is not a day.
        digits = sum(sign.isdigit() for sign in cell)
        return not code and digits <= _DATE_DIGITS and not _YEAR.fullmatch(cell)
    if code == "courriel_corrige":
        addresses = all("@" in word or not _signs(word) for word in cell.split())
        if addresses and cell.count("@") == better.count("@"):
            return True
    if "\n" in cell and "\n" not in better:
        return False
    before = _signs(_WHOLE_FLOAT.sub(r"\1", cell) if _WHOLE_FLOAT.fullmatch(cell) else cell)
    return before != "" and before in _signs(better)


def _signs(text: str) -> str:
    """The letters and digits of a text, wrong encodings and markup put right."""
    return fold(tidy(text)).replace(" ", "")


def _same_number(cell: str, better: str) -> bool:
    """Whether a cell holds this telephone number, ill written, and nothing but a label."""
    if _READABLE_PHONE.fullmatch(cell):
        return False
    label = re.sub(r"[\W\d_]+", "", fold(cell))
    if not _PHONE_LABEL.fullmatch(label):
        return _number_of_a_spreadsheet(cell) in (_digits(better)[1:], _digits(better))
    whole = _WHOLE_FLOAT.fullmatch(cell)
    written = _digits(whole[1] if whole else cell)
    # +33 (0)2…, 0033 2…, 2… are all 02….
    own = _digits(better).lstrip("0")
    return written.endswith(own) and bool(_BEFORE_NUMBER.fullmatch(written.removesuffix(own)))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _number_of_a_spreadsheet(cell: str) -> str:
    """The digits of ``2,33445566E+08``; "" for anything else."""
    try:
        return str(int(float(cell.replace(",", "."))))
    except (ValueError, OverflowError):
        return ""


def _extra_cells(found: Harvest, rows: pd.Index) -> pd.Series:
    """The cells that rows longer than the header had beyond it."""
    issues = found.issues
    irregular = issues["code"].isin(("ligne_irreguliere", SHIFTED))
    long = issues[irregular & (issues["value"] != "")]
    cells = long.drop_duplicates("row").set_index("row")["value"]
    return cells.reindex(rows).fillna("").astype("str")


def _remarks(found: Harvest, rows: pd.Index) -> pd.Series:
    known = problems()
    issues = found.issues
    wanted = {code for code, problem in known.items() if problem.severity in _TO_LOOK_AT}
    wanted.difference_update(_NOT_REMARKS)
    issues = issues[(issues["row"] > 0) & issues["code"].isin(wanted)]
    if issues.empty:
        return empty_text(rows)
    same = ["field", "code", "value", "published", "detail"]
    distinct = issues.loc[~issues.duplicated(same)]
    said = {
        tuple(getattr(issue, name) for name in same): _remark(issue)
        for issue in distinct.itertuples()
    }
    keys = pd.Series(list(issues[same].itertuples(index=False, name=None)), index=issues["row"])
    texts = keys.map(said).groupby(level=0).agg(" ; ".join)
    return texts.reindex(rows).fillna("").astype("str")


def _remark(issue: Any) -> str:
    field = fields().get(issue.field)
    about = field.title.fr if field else issue.field or WHOLE_ROW
    return f"{about} : {told(issue, 'fr')}"

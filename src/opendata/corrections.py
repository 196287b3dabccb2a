"""Guarded fixes by stewards, applied to the harvests of a dataset.

A correction says which value it replaces. When the source has changed since, or no longer
has the row, the correction is reported as expired and changes nothing: a fix must never
outlive the fault it was made for. Of several that correct one cell, the last of the file is
applied and the others are reported as replaced.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from opendata.catalog import load_corrections, load_source
from opendata.catalog.corrections import target
from opendata.check import check_rows
from opendata.fetch import last_copy
from opendata.harvest import Harvest, harvest
from opendata.language import Text
from opendata.licences import is_share_alike
from opendata.model import Correction, Dataset, Source, issue_table, join_issues
from opendata.normalise import clean_value
from opendata.paths import Paths
from opendata.schema import SEPARATOR, fields
from opendata.tables import cell_text, column, empty_text, joined, shown

#: Reasons for setting a row aside that a corrected value may lift.
_LIFTED = ("cle_absente", "cle_en_double", "champ_requis_vide")
_CHANGE_NOTHING = ("correction_perimee", "correction_illisible")
_GONE = Text("la source n'a plus cette ligne", "the source no longer has that row")
_STANDING = Text("", "")
_SEVERAL = Text("plusieurs lignes de la source ont cette clé", "several rows have that key")


@dataclass(frozen=True)
class Fate:
    """What becomes of one correction: ``code`` is the issue that tells it.

    ``row`` is 0 when no single row fits. ``found`` is what the source says in the cell,
    ``published`` the new value as it is published, ``now`` why an expired correction is one.
    """

    correction: Correction
    code: str
    row: int = 0
    found: str = ""
    published: str = ""
    now: Text = _STANDING

    @property
    def sentence(self) -> Text:
        """Why a correction changes nothing: what the source says now, or the value itself."""
        one = self.correction
        title = fields()[one.field].title
        if self.code == "correction_illisible":
            value = quoted(one.value)
            return Text(
                f"{target(one)}, {title.fr} : {value.fr} ne peut pas être publié dans ce champ",
                f"{target(one)}, {title.en}: {value.en} cannot be published in this field",
            )
        expected = quoted(one.expect)
        return Text(
            f"{target(one)}, {title.fr} : attendu {expected.fr}, {self.now.fr}",
            f"{target(one)}, {title.en}: expected {expected.en}, {self.now.en}",
        )

    def as_json(self) -> dict[str, str]:
        """A correction that changes nothing as plain values."""
        one = self.correction
        return {
            "target": target(one), "field": one.field, "expect": one.expect, "value": one.value,
            "now": self.found, **self.sentence._asdict(),
        }  # fmt: skip


def quoted(text: str) -> Text:
    """A value as sentences show it."""
    return Text(f"« {text} »", f"“{text}”") if text.strip() else Text("(vide)", "(empty)")


def correct(
    sources: Sequence[Source], harvests: Sequence[Harvest], corrections: Sequence[Correction]
) -> list[Harvest]:
    """The harvests once the corrections are applied; their ledgers say what became of each.

    A row that was set aside is accepted again when its corrected values allow it.
    """
    found = []
    for source, harvest_ in zip(sources, harvests, strict=True):
        own = [one for one in corrections if one.source == source.id]
        whole = own and len(harvest_.table)
        found.append(_correct_one(source, harvest_, own) if whole else harvest_)
    return found


def unapplied_corrections(dataset: Dataset, paths: Paths) -> list[Fate]:
    """The corrections of a dataset that change nothing: expired, or of an unreadable value.

    Judged on the sources' last copies; nothing is fetched. Raises CatalogError for a
    corrections file that cannot be used.
    """
    corrections, _ = load_corrections(dataset.id, dataset.sources, paths)
    fates = []
    for name in dict.fromkeys(one.source for one in corrections):
        source = load_source(name, paths)
        if is_share_alike(source) and not dataset.share_alike:
            continue
        newest = harvest(source, last_copy(source, paths), paths)
        if len(newest.table):
            fates += _judge([one for one in corrections if one.source == name], newest)
    return [one for one in fates if one.code in _CHANGE_NOTHING]


def publishable(edits: Mapping[str, str], row: Mapping[str, str]) -> dict[str, str]:
    """New values of some fields of one row as they are published, "" for what cannot be.

    Each is read beside the other new values, and beside the old value of a field whose new
    one cannot be read: a new address is not judged by the postcode it was given to replace.
    """
    alone = {name: _publishable(name, text, row) for name, text in edits.items()}
    # A field that others are read beside depends on none itself: it is final already.
    usable = {name: text for name, text in alone.items() if text or not edits[name].strip()}
    beside = {**row, **usable}
    return {name: _publishable(name, text, beside) for name, text in edits.items()}


def _publishable(field: str, text: str, row: Mapping[str, str]) -> str:
    if fields()[field].type != "number":
        return clean_value(field, text, row).value
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return ""
    return cell_text(number) if math.isfinite(number) else ""


def _correct_one(source: Source, harvest_: Harvest, corrections: list[Correction]) -> Harvest:
    table = harvest_.table.copy()
    fates = _judge(corrections, harvest_)
    applied = [one for one in fates if one.code == "correction_appliquee"]
    for one in applied:
        _write(table, one.row, one.correction.field, one.published)
    touched = [one.row for one in applied]
    lines = [
        (
            source.id,
            one.row,
            one.correction.field,
            one.code,
            _told(one),
            one.published,
            _detail(one),
        )
        for one in fates
    ]
    table = _judged_again(table, source, touched)
    ledger = _without_solved(harvest_.ledger, table, touched)
    return replace(harvest_, table=table, ledger=join_issues([ledger, issue_table(lines)]))


def _told(fate: Fate) -> str:
    """The value that the sentence of a fate is about: the new one where it is at fault."""
    of_itself = fate.code in ("correction_illisible", "correction_remplacee")
    return fate.correction.value if of_itself else fate.found


def _detail(fate: Fate) -> str:
    one = fate.correction
    if fate.code == "correction_perimee":
        return f"{target(one)} : {one.expect}"
    return f"{one.reason} ({one.author}, {one.date})"


def _judge(corrections: Sequence[Correction], harvest_: Harvest) -> list[Fate]:
    """What becomes of each correction, in the order of the file."""
    fates = [_find(one, harvest_) for one in corrections]
    last = {(one.row, one.correction.field): one for one in fates if one.row}
    values: dict[int, dict[str, str]] = {}
    for (row, field), one in last.items():
        values.setdefault(row, {})[field] = one.correction.value
    read = {
        row: publishable(
            edits, {str(name): str(cell) for name, cell in harvest_.table.loc[row].items()}
        )
        for row, edits in values.items()
    }
    judged = []
    for one in fates:
        if one.row and last[one.row, one.correction.field] is not one:
            one = replace(one, code="correction_remplacee")
        elif one.row:
            published = read[one.row][one.correction.field]
            unreadable = one.correction.value.strip() and not published
            code = "correction_illisible" if unreadable else one.code
            one = replace(one, code=code, published=published)
        judged.append(one)
    return judged


def _find(correction: Correction, harvest_: Harvest) -> Fate:
    """The row a correction applies to, or why there is none."""
    said = {row: _said(harvest_, row, correction.field) for row in _rows(correction, harvest_)}
    fitting = [row for row, texts in said.items() if correction.expect.strip() in texts]
    if len(fitting) == 1:
        row = fitting[0]
        return Fate(correction, "correction_appliquee", row, said[row][0])
    found = next((text for texts in said.values() for text in texts[:1]), "")
    now = _SEVERAL if fitting else _GONE
    if said and not fitting:
        said_now = quoted(found)
        now = Text(f"la source dit maintenant {said_now.fr}", f"the source now says {said_now.en}")
    return Fate(correction, "correction_perimee", 0, found, "", now)


def _rows(correction: Correction, harvest_: Harvest) -> list[int]:
    """The lines a correction names: one, or those whose key is the one it gives."""
    table = harvest_.table
    if correction.line:
        return [correction.line] if correction.line in table.index else []
    # A steward copies a key from the quarantine, where it stands as the source wrote it.
    written = column(harvest_.originals, "id").reindex(table.index).fillna("").map(shown)
    named = (column(table, "id") == correction.key) | (written.str.strip() == correction.key)
    return [int(row) for row in table.index[named.to_numpy()]]


def _said(harvest_: Harvest, row: int, field: str) -> tuple[str, ...]:
    """What the source says in a cell: as it wrote it, and as it was read."""
    original = str(harvest_.originals.at[row, field]) if field in harvest_.originals else ""
    read = cell_text(harvest_.table.at[row, field]) if field in harvest_.table else ""
    return shown(original).strip(), read


def _write(table: pd.DataFrame, row: int, field: str, value: str) -> None:
    if fields()[field].type == "number":
        table.at[row, field] = float(value) if value else float("nan")
        table["point_corrige"] = table.get("point_corrige", False)
        table.at[row, "point_corrige"] = True
        return
    if field not in table:
        table[field] = empty_text(table.index)
    table.at[row, field] = value


def _judged_again(table: pd.DataFrame, source: Source, touched: list[int]) -> pd.DataFrame:
    """The table with the refusals of the touched rows, and those of their twins, made anew."""
    if not touched:
        return table
    _, refused, _ = check_rows(table, source)
    again = table.index.isin(touched) | table["refus"].str.contains("cle_en_double", regex=False)
    kept = table["refus"].map(_unlifted)
    codes = refused.reindex(table.index).fillna("").astype("str")
    renewed = joined([kept, codes], SEPARATOR)
    return table.assign(refus=table["refus"].mask(again, renewed).astype("str"))


def _unlifted(codes: str) -> str:
    return SEPARATOR.join(code for code in codes.split(SEPARATOR) if code not in _LIFTED)


def _without_solved(ledger: pd.DataFrame, table: pd.DataFrame, touched: list[int]) -> pd.DataFrame:
    """The ledger without the reasons that no longer set their row aside."""
    accepted = table.index[table["refus"] == ""]
    solved = ledger["row"].isin(touched) & ledger["row"].isin(accepted)
    return ledger[~(solved & ledger["code"].isin((*_LIFTED, "ligne_ecartee")))]

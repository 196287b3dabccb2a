"""Whether an answer is right, and the table of accuracy.

Answers have the geocoder's columns: ``geo_precision`` (numero, interpolation, voie, lieu-dit,
commune, aucune), ``geo_code_insee``, ``geo_voie``, ``geo_numero``, ``geo_longitude``,
``geo_latitude``, ``geo_score``; row by row as the queries, as text or as numbers.

An answer at street level is right if its street bears the expected name (short forms and
articles aside) and lies in the expected commune, a former or later commune of it, or at
300 m at most from a number of the expected street. Paris as a whole stands for an
arrondissement only where the query states none.
"""

import numpy as np
import pandas as pd

from .names import canonical, canonical_number
from .reference import Reference, build_reference, distance_m, families, paris_or

STREET_LEVEL = ("numero", "interpolation", "voie", "lieu-dit")
#: A street that goes on beyond the commune is still the street.
NEAR_M = 300.0
ANSWER_COLUMNS = (
    *("geo_precision", "geo_code_insee", "geo_voie", "geo_numero"),
    *("geo_longitude", "geo_latitude", "geo_score"),
)
_TITLES = {
    "n": "queries",
    "street_pct": "answered at street level %",
    "precision_pct": "right of these %",
    "coverage_pct": "coverage %",
    "possible_pct": "best possible %",
    "wrong_number_pct": "wrong number %",
    "median_error_m": "median error m",
    "commune_pct": "commune right of the others %",
}


def judge(
    queries: pd.DataFrame, answers: pd.DataFrame, ban: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per query: what was answered and whether it is right.

    ``level`` is street, commune or none; ``right`` is meant at that level (False for none);
    ``covered``: the expected street was found, or a commune that answers as well;
    ``wrong_number``: at the right street, a number as exact that is not the one asked;
    ``error_m``: metres from the expected point, NaN where there is none to compare.
    ``ban`` (as :func:`reference.read_ban` gives it) is needed for streets that go on beyond
    the commune and for mergers of communes; without it, only equal communes count.
    """
    queries = queries.reset_index(drop=True)
    answers = _tidy(answers, len(queries))
    known = families(ban) if ban is not None else {}
    asked = queries[["expected_voie", "expected_insee", "stated_insee", "expected_numero"]]
    asked = asked.fillna("").astype("str")
    street = answers["geo_precision"].isin(STREET_LEVEL)
    commune = answers["geo_precision"] == "commune"
    same_name = (
        asked["expected_voie"].ne("")
        & answers["geo_voie"].ne("")
        & (answers["geo_voie"].map(canonical) == asked["expected_voie"].map(canonical))
    )
    here = _same_commune(answers["geo_code_insee"], asked["expected_insee"], asked, known)
    unsure = street & same_name & ~here
    if ban is not None and unsure.any():
        reference = build_reference(ban)
        for row in np.flatnonzero(unsure):
            here[row] = _near_street(reference, asked.iloc[row], answers.iloc[row])
    street_right = street & same_name & here

    optional = queries["street_optional"].astype("str").isin(("True", "true", "1"))
    stated = _same_commune(answers["geo_code_insee"], asked["stated_insee"], asked, known, True)
    neighbour = _same_commune(answers["geo_code_insee"], asked["expected_insee"], asked, known)
    commune_right = commune & (stated | (optional & neighbour))

    exact = street_right & (answers["geo_precision"] == "numero")
    number = answers["geo_numero"].map(canonical_number)
    error = distance_m(
        queries["lon"].astype(float),
        queries["lat"].astype(float),
        answers["geo_longitude"],
        answers["geo_latitude"],
    )
    has_point = asked["expected_numero"].ne("") | (queries["kind"] == "absent_number")
    return pd.DataFrame(
        {
            "kind": queries["kind"],
            "level": np.select([street, commune], ["street", "commune"], "none"),
            "right": street_right | commune_right,
            "covered": street_right | (optional & commune_right),
            "possible": asked["expected_voie"].ne(""),
            "exact": exact,
            "wrong_number": exact & (number != asked["expected_numero"].map(canonical_number)),
            "error_m": pd.Series(error).where(street_right & has_point),
            "score": answers["geo_score"],
        }
    )


def accept(answers: pd.DataFrame, least: float) -> pd.DataFrame:
    """The answers with those whose score is under ``least`` taken as none."""
    low = pd.to_numeric(answers["geo_score"], errors="coerce").fillna(0.0) < least
    return answers.assign(geo_precision=answers["geo_precision"].mask(low, "aucune"))


def accuracy_table(judged: pd.DataFrame) -> pd.DataFrame:
    """Per kind and for all: the columns of ``_TITLES``, shares in percent.

    ``coverage_pct`` is of all queries, as ``possible_pct`` is: a street that is known and
    was not found lowers it, a street that nobody could find does not.
    """
    rows = {str(kind): _accuracy(part) for kind, part in judged.groupby("kind")}
    return pd.DataFrame([*rows.values(), _accuracy(judged)], index=[*rows, "all"])


def as_text(table: pd.DataFrame) -> str:
    """The table for a terminal, its titles above it."""
    cells = _cells(table)
    heads = ["kind", *(title.split(" ") for title in (_TITLES[name] for name in table))]
    words = [[head] if isinstance(head, str) else head for head in heads]
    deep = max(len(head) for head in words)
    lines = [[""] * (deep - len(head)) + head for head in words]
    first = max(len(name) for name in ["kind", *table.index])
    widths = [
        max(len(text) for text in (*head, *column))
        for head, column in zip(words[1:], zip(*cells, strict=True), strict=True)
    ]
    out = [
        f"{lines[0][level]:<{first}}  "
        + "  ".join(f"{head[level]:>{w}}" for head, w in zip(lines[1:], widths, strict=True))
        for level in range(deep)
    ]
    for name, row in zip(table.index, cells, strict=True):
        line = "  ".join(f"{text:>{w}}" for text, w in zip(row, widths, strict=True))
        out.append(f"{name:<{first}}  {line}")
    return "\n".join(out)


def as_markdown(table: pd.DataFrame) -> str:
    """The same table in Markdown."""
    heads = ["kind", *(_TITLES[name] for name in table)]
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
    for name, row in zip(table.index, _cells(table), strict=True):
        lines.append("| " + " | ".join([str(name), *row]) + " |")
    return "\n".join(lines)


def _cells(table: pd.DataFrame) -> list[list[str]]:
    def cell(name: str, value: float) -> str:
        if pd.isna(value):
            return "-"
        return f"{value:,.0f}" if name in ("n", "median_error_m") else f"{value:.2f}"

    return [
        [cell(name, value) for name, value in zip(table.columns, row, strict=True)]
        for row in table.itertuples(index=False)
    ]


def _accuracy(judged: pd.DataFrame) -> dict[str, float]:
    street = judged[judged["level"] == "street"]
    others = judged[judged["level"] == "commune"]
    exact = judged[judged["exact"]]
    return {
        "n": len(judged),
        "street_pct": _percent(judged["level"] == "street"),
        "precision_pct": _percent(street["right"]),
        "coverage_pct": _percent(judged["covered"]),
        "possible_pct": _percent(judged["possible"]),
        "wrong_number_pct": _percent(exact["wrong_number"]),
        "median_error_m": float(judged["error_m"].median()),
        "commune_pct": _percent(others["right"]),
    }


def _percent(flags: pd.Series) -> float:
    return 100 * float(flags.mean()) if len(flags) else float("nan")


def _tidy(answers: pd.DataFrame, rows: int) -> pd.DataFrame:
    if len(answers) != rows:
        raise ValueError(f"{len(answers)} answers to {rows} queries: they must be row by row")
    answers = answers.reset_index(drop=True)
    text = answers[["geo_precision", "geo_code_insee", "geo_voie", "geo_numero"]]
    text = text.astype("object").where(text.notna(), "").astype("str")
    numbers = answers[["geo_longitude", "geo_latitude", "geo_score"]]
    return text.join(numbers.apply(pd.to_numeric, errors="coerce"))


def _same_commune(
    answered: pd.Series,
    expected: pd.Series,
    asked: pd.DataFrame,
    known: dict[str, str],
    paris_will_do: bool = False,
) -> np.ndarray:
    """Same code, or same commune of today; among arrondissements of Paris, see above.

    ``paris_will_do``: for a commune, the whole of Paris is right for an arrondissement.
    """
    ours, theirs = answered.map(paris_or), expected.map(paris_or)
    family = {code: known.get(code, code) for code in {*ours, *theirs}}
    related = (ours.map(family) == theirs.map(family)) & answered.ne("")
    in_paris = theirs == "75056"
    unstated = asked["stated_insee"] == "75056"
    whole = (answered == "75056") & paris_will_do
    return ((answered == expected) | (related & (~in_paris | unstated | whole))).to_numpy(copy=True)


def _near_street(ref: Reference, asked: pd.Series, answer: pd.Series) -> bool:
    codes = ref.by_commune.get(asked["expected_insee"], np.empty(0, int))
    wanted = canonical(asked["expected_voie"])
    for street in codes[ref.names[codes] == wanted]:
        rows = ref.rows(int(street))
        away = distance_m(answer["geo_longitude"], answer["geo_latitude"], rows["lon"], rows["lat"])
        if len(away) and np.nanmin(np.append(away, np.inf)) <= NEAR_M:
            return True
    return False

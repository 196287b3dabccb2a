"""Splink on DuckDB judging the same pairs: a probability for each, learnt without labels.

What is done so that it shows its best:
- names without accents, case, little words and the commune's own name, its usual
  abbreviations spelled out; addresses likewise; what a practitioner would clean first;
- rare names weigh more than "mediatheque municipale" (term frequency adjustments), rare phones,
  domains and parent bodies too;
- several levels of name (Jaro-Winkler and shared words), address, distance (left out where the
  point is the commune's centre), kind of place, phone, e-mail, site, SIRET, commune;
- u-probabilities from random pairs, m-probabilities by expectation maximisation in four
  sessions, each blocked on something else, so that every comparison is learnt in at least one;
- the pairs judged are those asked for, and blocking costs nothing of the accuracy.

Splink and its DuckDB live in build/splink-venv, made the first time from
benchmarks/requirements-splink.txt; ``splink_worker.py`` runs there.
"""

import json
import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.environments import installed
from numpy.typing import NDArray

WORKER = Path(__file__).with_name("splink_worker.py")
#: Two probabilities as ours has: above the first the same, above the second to review.
SAME, REVIEW = 0.95, 0.5
_LITTLE = frozenset(
    ("de", "du", "des", "d", "l", "la", "le", "les", "en", "et", "a", "au", "aux", "sur", "sous")
)
_SHORT = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "bvd": "boulevard",
    "pl": "place", "r": "rue", "rte": "route", "ch": "chemin", "che": "chemin",
    "imp": "impasse", "all": "allee", "sq": "square", "fg": "faubourg", "fbg": "faubourg",
    "st": "saint", "ste": "sainte", "gal": "general", "mal": "marechal", "dr": "docteur",
    "pdt": "president", "mediatheque": "bibliotheque", "asso": "association", "ctre": "centre",
}  # fmt: skip
_CITIES = {"751": "75056", "693": "69123", "132": "13055"}
_OPEN_MAIL = frozenset(
    (
        *("gmail.com", "orange.fr", "wanadoo.fr", "hotmail.fr", "hotmail.com", "yahoo.fr"),
        *("free.fr", "laposte.net", "outlook.fr", "outlook.com", "sfr.fr", "live.fr"),
    )
)


class SplinkAbsent(RuntimeError):
    """Why Splink cannot be run here, in one sentence."""


def splink_scores(
    rows: pd.DataFrame,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    train: pd.DataFrame | None = None,
) -> NDArray[np.float64]:
    """Probability that each pair of row numbers is one place, 0 to 1, in their order.

    The model is learnt on ``train`` (``rows`` unless told), without labels. A row number that
    is asked beside itself gets 1. Raises SplinkAbsent.
    """
    pairs = pd.DataFrame({"a": np.minimum(left, right), "b": np.maximum(left, right)})
    distinct = pairs[pairs["a"] != pairs["b"]].drop_duplicates(ignore_index=True)
    with tempfile.TemporaryDirectory(prefix="opendata-splink-") as name:
        folder = Path(name)
        distinct.to_parquet(folder / "pairs.parquet", index=False)
        _run("score", rows, train, folder)
        told = pd.read_parquet(folder / "scores.parquet")
    found = pairs.merge(told, on=["a", "b"], how="left")["probability"]
    found = found.mask(pairs["a"] == pairs["b"], 1.0)
    if found.isna().any():
        raise SplinkAbsent(
            f"Splink judged {len(told)} of {len(distinct)} pairs; all were asked for"
        )
    return found.to_numpy(dtype=float)


def splink_predict(
    rows: pd.DataFrame, train: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Its whole work on ``rows``, by its own blocking.

    Returns the pairs [a, b, probability] at or over REVIEW, and rows, pairs, train_seconds,
    predict_seconds and peak_mb. Raises SplinkAbsent.
    """
    with tempfile.TemporaryDirectory(prefix="opendata-splink-") as name:
        folder = Path(name)
        told = _run("predict", rows, train, folder)
        return pd.read_parquet(folder / "scores.parquet"), told


def _run(
    way: str, rows: pd.DataFrame, train: pd.DataFrame | None, folder: Path
) -> dict[str, float]:
    python = installed("splink", SplinkAbsent)
    cleaned(rows).to_parquet(folder / "rows.parquet", index=False)
    cleaned(rows if train is None else train).to_parquet(folder / "train.parquet", index=False)
    command = [str(python), "-P", str(WORKER), way, str(folder), str(REVIEW)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise SplinkAbsent(f"Splink stopped: {(done.stderr or done.stdout).strip()[-1500:]}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def cleaned(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns that the model compares, None where nothing is known; one line a row."""
    commune = _folded(rows["commune"])
    name = _folded(rows["nom"])
    words = [
        [word for word in text.split() if word not in set(town.split())] or text.split()
        for text, town in zip(name.tolist(), commune.tolist(), strict=True)
    ]
    street = _folded(rows["adresse"])
    code = rows["code_insee"].astype("str")
    lat, lon = rows["latitude"].astype(float), rows["longitude"].astype(float)
    vague = rows["geo_precision"].isin(["commune", "aucune", ""])
    mails = rows["courriels"].str.lower().str.split("|").str[0]
    domain = mails.str.rpartition("@")[2]
    table = pd.DataFrame(
        {
            "unique_id": np.arange(len(rows)),
            "nom": [" ".join(each) for each in words],
            "mots": words,
            "adresse": street,
            "numero": street.str.extract(r"^(\d+)", expand=False).fillna(""),
            "voie": street.str.replace(r"^\d+ (?:(?:bis|ter|b|t) )?", "", regex=True),
            "famille": code.str[:3].map(_CITIES).fillna(code),
            "lat": lat.mask(vague),
            "lon": lon.mask(vague),
            "genres": _kinds(rows),
            "telephone": rows["telephone"].str.split("|").str[0],
            "courriel": mails,
            "domaine": domain.mask(domain.isin(_OPEN_MAIL), ""),
            "site": rows["site_web"].map(_site),
            "siret": rows["pivot"].where(rows["pivot"].str.fullmatch(r"(?!0{14})\d{14}"), ""),
        }
    )
    table["siren"] = table["siret"].str[:9]
    return table.replace({"": None}).astype({"unique_id": "int64"})


def _kinds(rows: pd.DataFrame) -> pd.Series:
    codes, values = pd.factorize(rows["categories"] + "|" + rows["typologie"])
    sets = [sorted({one for one in str(value).split("|") if one}) or None for value in values]
    return pd.Series([sets[code] for code in codes], dtype=object)


def _site(text: str) -> str:
    bare = re.sub(r"^https?://(?:www\.)?", "", text.split("|")[0].strip().lower())
    return bare.rstrip("/")


def _folded(texts: pd.Series) -> pd.Series:
    codes, values = pd.factorize(texts.astype("str"))
    return pd.Series(np.array([_fold(str(value)) for value in values], dtype=object)[codes])


def _fold(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", " ", bare).split()
    return " ".join(_SHORT.get(word, word) for word in words if word not in _LITTLE)

"""How likely two rows are one place, and in what words it is said."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from opendata.identity import likelihood
from opendata.identity.evidence import LEVELS
from opendata.identity.likelihood import (
    Weights,
    holds,
    probability,
    read_weights,
    reasons,
    weights,
)

#: Two rows of which nothing is known but that they are of one town and two sources.
SILENT = {
    "nom": "eloigne", "marque": "aucune", "genre": "inconnus", "adresse": "inconnue",
    "distance": "vague", "telephone": "inconnu", "courriel": "inconnu", "site": "inconnu",
    "pivot": "inconnu", "source": "autre", "commune": "meme",
}  # fmt: skip


def pair(**levels: str) -> pd.DataFrame:
    words = SILENT | levels
    return pd.DataFrame({name: [LEVELS[name].index(words[name])] for name in LEVELS}).astype("int8")


def chance(**levels: str) -> float:
    return float(probability(pair(**levels))[0])


def every_pair(name: str, level: str) -> pd.DataFrame:
    """All that name, kind, address, distance and source may say beside one word of ``name``."""
    free = [one for one in ("nom", "genre", "adresse", "distance", "source") if one != name]
    grid = np.meshgrid(*(np.arange(len(LEVELS[one])) for one in free), indexing="ij")
    said = pd.DataFrame({one: axis.ravel() for one, axis in zip(free, grid, strict=True)})
    for other, word in SILENT.items():
        if other not in free:
            said[other] = LEVELS[other].index(level if other == name else word)
    return said[list(LEVELS)]


def test_the_weights_that_ship_know_every_level() -> None:
    known = set(weights().levels)
    assert known == {(name, level) for name, levels in LEVELS.items() for level in levels}
    assert all(np.isfinite(weight) for weight in weights().levels.values())


def test_thresholds_are_in_order() -> None:
    assert 0 < weights().review < weights().same < 1


@pytest.mark.parametrize("where", ["levels", "together"])
def test_an_unknown_level_is_refused(where: str) -> None:
    data = {"same": 0.8, "review": 0.3, "bias": 0.0, "levels": {"nom": {"identique": 1}}}
    if where == "levels":
        data["levels"] = {"nom": {"ressemblant": 1}}
    else:
        data["together"] = [{"when": {"nom": "ressemblant"}, "weight": 1}]
    with pytest.raises(KeyError, match=r"nom\.ressemblant"):
        read_weights(data)


def test_the_file_is_read_once_and_whole() -> None:
    path = Path(likelihood.__file__).with_name("weights.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert read_weights(data) == weights()
    assert weights() is weights()
    assert len(weights().together) == len(data.get("together", ()))


def test_log_odds_add_up() -> None:
    using = Weights(
        0.8, 0.3, -1.0, {("nom", "identique"): 2.0, ("genre", "meme"): 0.5},
        {(("nom", "identique"), ("genre", "meme")): 0.25},
    )  # fmt: skip
    said = pd.concat([pair(nom="identique", genre="meme"), pair(nom="identique"), pair()])
    odds = np.array([-1 + 2 + 0.5 + 0.25, -1 + 2, -1])
    assert probability(said, using) == pytest.approx(1 / (1 + np.exp(-odds)))


def test_words_that_mean_more_together_must_all_be_said() -> None:
    said = pd.concat([pair(nom="identique", genre="meme"), pair(nom="identique")])
    assert holds(said, (("nom", "identique"), ("genre", "meme"))).tolist() == [True, False]
    assert holds(said, ()).tolist() == [True, True]


def test_one_name_at_one_address_is_one_place() -> None:
    same = {"nom": "identique", "genre": "meme", "adresse": "meme_numero", "distance": "contigu"}
    assert chance(**same) > 0.95
    assert chance(**same, telephone="meme") > 0.98
    assert chance(nom="different", genre="autre", adresse="autre_voie") < 0.02


def test_host_and_hosted_are_never_judged_one_place() -> None:
    # Nothing but its kind tells the France services of a town hall from the town hall.
    shared = {
        "adresse": "meme_numero", "distance": "contigu", "telephone": "meme",
        "courriel": "meme", "site": "meme",
    }  # fmt: skip
    for name in ("generiques", "un_generique", "different"):
        assert chance(nom=name, genre="autre", **shared) < weights().same


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("telephone", "meme", "inconnu"),
        ("telephone", "meme", "autre"),
        ("courriel", "meme", "inconnu"),
        ("courriel", "meme", "autre"),
        ("site", "meme", "inconnu"),
        ("site", "meme", "autre"),
        ("pivot", "meme", "inconnu"),
        ("pivot", "meme", "autre"),
        ("commune", "meme", "autre"),
        ("source", "autre", "meme"),
        ("adresse", "meme_numero", "autre_voie"),
        ("nom", "identique", "different"),
        ("genre", "meme", "autre"),
        ("marque", "meme", "autre"),
    ],
)
def test_what_speaks_for_a_pair_never_lowers_it(name: str, better: str, worse: str) -> None:
    higher, lower = probability(every_pair(name, better)), probability(every_pair(name, worse))
    assert (higher >= lower).all()


def test_what_speaks_for_and_against_is_named() -> None:
    said = pd.concat(
        [
            pair(nom="identique", telephone="meme", adresse="autre_voie", commune="autre"),
            pair(nom="un_generique"),
        ]
    ).set_axis([4, 9])
    assert reasons(said).to_dict() == {4: "nom=identique|telephone=meme", 9: ""}
    against = reasons(said, against=True)
    assert against.to_dict() == {4: "adresse=autre_voie|commune=autre", 9: ""}


def test_no_word_speaks_both_for_and_against() -> None:
    for name, levels in likelihood._FOR.items():
        assert set(levels) <= set(LEVELS[name])
        assert not set(levels) & set(likelihood._AGAINST.get(name, ()))
    assert all(set(levels) <= set(LEVELS[name]) for name, levels in likelihood._AGAINST.items())


def test_no_pairs() -> None:
    none = pair().head(0)
    assert len(probability(none)) == 0
    assert reasons(none).empty

"""The pairs a steward is asked about, and the words they are told in."""

import pandas as pd
import pytest

from opendata.identity import likelihood
from opendata.identity.evidence import LEVELS
from opendata.identity.likelihood import reasons
from opendata.identity.match import DECISION, match_rows
from opendata.identity.review import PAIR_COLUMNS, pairs_to_review, words
from tests.identity.rows import row, table

MOTIVES = [
    f"{name}={level}"
    for told in (likelihood._FOR, likelihood._AGAINST)
    for name, levels in told.items()
    for level in levels
]


@pytest.mark.parametrize("motive", [*MOTIVES, DECISION])
def test_every_motive_has_words_in_both_languages(motive: str) -> None:
    said = words(motive)
    assert said.fr
    assert said.en
    assert "=" not in said.fr + said.en


def test_no_two_motives_have_the_same_words() -> None:
    motives = list(dict.fromkeys(MOTIVES))
    assert len({words(one).fr for one in motives}) == len(motives)
    assert len({words(one).en for one in motives}) == len(motives)


def test_motives_are_told_in_order() -> None:
    said = words("nom=identique|telephone=meme")
    assert said == ("même nom, même téléphone", "same name, same telephone")
    assert words("") == ("", "")


def test_an_unknown_motive_is_refused() -> None:
    with pytest.raises(KeyError, match="nom=beau"):
        words("nom=beau")


def test_whatever_witnesses_say_can_be_told() -> None:
    deepest = max(len(levels) for levels in LEVELS.values())
    said = pd.DataFrame(
        {name: [min(n, len(levels) - 1) for n in range(deepest)] for name, levels in LEVELS.items()}
    )
    for against in (False, True):
        for one in reasons(said, against=against):
            assert bool(words(one).fr) is bool(one)


ROWS = table(
    row("Médiathèque Tilleuls", "3 rue des Lices", cle="7", north=0, telephone="+33261910001"),
    row("Bibliothèque Tilleuls", "45 avenue de Vendôme", source="b", cle="8", north=1800),
    row("Cyber-base", "3 rue Papin"),
).assign(lieu_id=["l-1", "l-2", "l-3"])


def test_the_file_shows_both_rows_side_by_side() -> None:
    found = pairs_to_review(ROWS, match_rows(ROWS).review)
    assert tuple(found.columns) == PAIR_COLUMNS
    assert PAIR_COLUMNS[:5] == ("reponse", "probabilite", "raisons", "source_1", "cle_1")
    assert PAIR_COLUMNS[-2:] == ("lieu_id_2", "distance_m")
    assert len(found) == 1
    pair = found.iloc[0]
    assert pair["reponse"] == ""
    assert (pair["source_1"], pair["cle_1"], pair["lieu_id_1"]) == ("a", "7", "l-1")
    assert (pair["source_2"], pair["cle_2"], pair["lieu_id_2"]) == ("b", "8", "l-2")
    assert (pair["adresse_1"], pair["telephone_1"]) == ("3 rue des Lices", "+33261910001")
    assert (pair["commune_2"], pair["telephone_2"]) == ("Blois", "")
    assert pair["distance_m"] == "1800"
    assert 0.3 <= float(pair["probabilite"]) < 0.8
    assert len(pair["probabilite"]) <= len("0.999")
    assert pair["raisons"] == ("même nom, même genre de lieu ; mais : autre voie, points éloignés")


def test_all_is_text_and_pairs_are_found_by_label() -> None:
    rows = ROWS.set_axis([30, 20, 10])
    found = pairs_to_review(rows, match_rows(rows).review)
    assert (found["cle_1"].tolist(), found["cle_2"].tolist()) == (["7"], ["8"])
    assert all(pd.api.types.is_string_dtype(values) for values in found.dtypes)
    assert not found.isna().any().any()


def review(**more: object) -> pd.DataFrame:
    said = {"left": 0, "right": 2, "probabilite": 0.5, "motif": "", "contre": "",
            "rival": False, "distance_m": 1.0}  # fmt: skip
    return pd.DataFrame([said | more])


def test_what_is_not_said_leaves_no_but() -> None:
    assert pairs_to_review(ROWS, review(motif="nom=identique")).loc[0, "raisons"] == "même nom"
    told = pairs_to_review(ROWS, review(motif="nom=identique", contre="genre=autre"))
    assert told.loc[0, "raisons"] == "même nom ; mais : genres de lieu différents"


def test_a_pair_without_points_has_no_distance() -> None:
    assert pairs_to_review(ROWS, review(distance_m=float("nan"))).loc[0, "distance_m"] == ""


def test_no_pairs() -> None:
    found = pairs_to_review(ROWS, match_rows(ROWS.head(1)).review)
    assert tuple(found.columns) == PAIR_COLUMNS
    assert found.empty

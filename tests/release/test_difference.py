"""What a release that waits would change: every figure and every list, from published tables."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.builders import small_dataset, small_source

from opendata.catalog import load_dataset
from opendata.cli.difference_lines import show_difference
from opendata.language import Text
from opendata.model import Dataset, Finding
from opendata.paths import Paths
from opendata.release.difference import LISTED, difference

FIELDS = (
    "lieu_id", "nom", "commune", "categories", "sources", "telephone", "latitude", "longitude",
    "geo_precision",
)  # fmt: skip
LOST = Finding(
    "perte_source",
    "blocker",
    Text("la source essai perd 41,2 % de ses lignes", "the source essai loses 41.2% of its rows"),
    "max_loss_pct",
    "essai",
    41.2,
    10.0,
)


@pytest.fixture
def dataset(paths: Paths) -> Dataset:
    small_source(paths)
    small_dataset(paths)
    return replace(load_dataset("jeu", paths), title="Jeu d'essai", title_en="Trial")


def places(*rows: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=list(FIELDS), dtype="str")
    return table.assign(adresse="1 rue du Pont", code_postal="41000")


def place(name: str, categories: str = "epn", phone: str = "", **cells: str) -> tuple[str, ...]:
    values = {
        "lieu_id": f"l-{name.lower()}", "nom": name, "commune": "Blois", "categories": categories,
        "sources": "essai", "telephone": phone, "latitude": "47.5", "longitude": "1.3",
        "geo_precision": "numero",
    }  # fmt: skip
    return tuple((values | cells)[field] for field in FIELDS)


def changes(*lines: tuple[str, ...]) -> pd.DataFrame:
    names = ["lieu_id", "changement", "nom", "commune", "champ", "ancien", "nouveau"]
    return pd.DataFrame(list(lines), columns=names, dtype="str")


def sources(**kept: tuple[int, int]) -> pd.DataFrame:
    lines = [(name, f"Titre {name}", str(a), str(b)) for name, (a, b) in kept.items()]
    return pd.DataFrame(lines, columns=["source", "titre", "publiees", "fusionnees"], dtype="str")


def pairs(count: int, answered: int = 0) -> pd.DataFrame:
    row = {"probabilite": "0.71", "raisons": "nom proche", "nom_1": "A", "distance_m": ""}
    return pd.DataFrame(
        [{"reponse": "même" if n < answered else "", **row, "nom_2": f"B{n}"} for n in range(count)]
    )


def compute(
    dataset: Dataset,
    before: dict[str, pd.DataFrame],
    after: dict[str, pd.DataFrame],
    **more: Any,
) -> dict[str, Any]:
    given = {"pairs": pairs(0), "pairs_file": "paires.csv", "compatibility": {}} | more
    findings = given.pop("findings", [LOST])
    found = difference(
        dataset, "2026-12-02", "2026-12-01", "2026-12-02T02:00:00Z", before, after, findings,
        **given,
    )  # fmt: skip
    return json.loads(json.dumps(found, allow_nan=False))  # plain values, or this fails


@pytest.fixture
def found(dataset: Dataset) -> dict[str, Any]:
    before = {
        "lieux": places(
            place("A", phone="+331"), place("B", "epn|mediatheque"), place("C"), place("D"),
            place("E", geo_precision="numero"),
        ),
        "sources": sources(essai=(4, 1), partie=(3, 0)),
    }  # fmt: skip
    after = {
        "lieux": places(
            place("A"), place("D", phone="+334"), place("F", "mediatheque|inconnue"), place("G"),
            place("E", latitude="47.6", geo_precision="commune"),
        ),
        "sources": sources(essai=(2, 1), neuve=(2, 0)),
        "changements": changes(
            ("l-f", "ajout", "F", "Blois", "", "", ""),
            ("l-b", "suppression", "B", "Blois", "", "", ""),
            ("l-a", "modification", "A", "Blois", "telephone", "+331", ""),
            ("l-d", "modification", "D", "Blois", "telephone", "", "+334"),
            ("l-e", "modification", "E", "Blois", "latitude", "47.5", "47.6"),
            ("l-e", "modification", "E", "Blois", "geo_precision", "numero", "commune"),
            ("l-e", "deplacement", "E", "Blois", "point", "47.5, 1.3", "47.6, 1.3"),
            ("l-c", "fusion", "C", "Blois", "successeur", "", "l-d"),
            ("l-g", "reouverture", "G", "Blois", "statut", "absent", ""),
        ),
    }  # fmt: skip
    return compute(dataset, before, after, pairs=pairs(14, answered=2))


def test_counts_say_each_kind_once(found: dict[str, Any]) -> None:
    assert found["counts"] == {
        "ajouts": 1, "suppressions": 1, "modifications": 3, "deplacements": 1, "fusions": 1,
        "reouvertures": 1, "lieux_avant": 5, "lieux_apres": 5,
    }  # fmt: skip
    assert [found[key] for key in ("dataset", "title", "title_en", "version", "latest")] == [
        "jeu", "Jeu d'essai", "Trial", "2026-12-02", "2026-12-01",
    ]  # fmt: skip
    assert found["findings"] == [LOST.as_json()]


def test_sources_categories_and_fields_before_and_after(found: dict[str, Any]) -> None:
    counts = {line["source"]: (line["avant"], line["apres"]) for line in found["sources"]}
    assert counts == {"essai": (5, 3), "neuve": (0, 2), "partie": (3, 0)}
    assert found["sources"][0]["titre"] == "Titre essai"
    codes = {line["code"]: (line["avant"], line["apres"]) for line in found["categories"]}
    assert codes == {"epn": (5, 4), "mediatheque": (1, 1), "inconnue": (0, 1)}
    assert found["categories"][0]["fr"] == "Espace public numérique"
    # One telephone went and one came: nothing differs, so no field is told.
    assert found["fields"] == []


def test_each_list_holds_the_places_as_they_are_or_were(found: dict[str, Any]) -> None:
    assert found["added"] == [
        {
            "lieu_id": "l-f", "nom": "F", "adresse": "1 rue du Pont", "code_postal": "41000",
            "commune": "Blois", "categories": ["mediatheque", "inconnue"], "sources": ["essai"],
        }
    ]  # fmt: skip
    assert [row["categories"] for row in found["removed"]] == [["epn", "mediatheque"]]
    assert [(row["lieu_id"], row["successeur"]) for row in found["merged"]] == [("l-c", "l-d")]
    assert found["merged"][0]["successeur_nom"] == "D"
    assert [row["nom"] for row in found["reopened"]] == ["G"]
    assert len(found["sample"]) == 5
    assert found["sample"][1]["telephone"] == "+334"


def test_a_move_has_both_points_metres_and_both_precisions(found: dict[str, Any]) -> None:
    (moved,) = found["moved"]
    assert 11_000 < moved.pop("distance_m") < 11_200  # a tenth of a degree
    assert moved == {
        "lieu_id": "l-e", "nom": "E", "commune": "Blois", "latitude_source": 47.5,
        "longitude_source": 1.3, "latitude": 47.6, "longitude": 1.3,
        "avant": "numero", "apres": "commune",
    }  # fmt: skip


def test_changed_fields_most_frequent_first_with_examples(found: dict[str, Any]) -> None:
    said = [(f["champ"], f["titre_en"], f["nombre"]) for f in found["modified"]]
    assert said[0] == ("telephone", "Telephone", 2)
    assert [name for name, _, _ in said[1:]] == ["latitude", "geo_precision"]
    assert found["modified"][0]["exemples"][0] == {
        "lieu_id": "l-a", "nom": "A", "commune": "Blois", "ancien": "+331", "nouveau": "",
    }  # fmt: skip


def test_pairs_without_an_answer_are_counted_and_the_first_shown(found: dict[str, Any]) -> None:
    told = found["pairs"]
    assert (told["nombre"], told["fichier"], len(told["premieres"])) == (12, "paires.csv", 10)
    assert told["premieres"][0] == {
        "probabilite": 0.71, "raisons": "nom proche", "nom_1": "A", "nom_2": "B2",
        "distance_m": None,
    }  # fmt: skip


def test_a_first_release_loses_nothing(dataset: Dataset) -> None:
    after = {
        "lieux": places(place("A"), place("B")),
        "sources": sources(essai=(2, 0)),
        "changements": changes(("l-x", "suppression", "X", "Blois", "", "", "")),
    }
    found = compute(dataset, {"lieux": pd.DataFrame()}, after, findings=[])
    assert (found["counts"]["lieux_avant"], found["counts"]["ajouts"]) == (0, 2)
    assert found["counts"]["suppressions"] == 0
    for name in ("removed", "merged", "moved", "modified", "reopened"):
        assert found[name] == []


def test_long_lists_are_cut_and_true_numbers_kept(dataset: Dataset) -> None:
    names = [f"P{n:04d}" for n in range(1000)]
    before = {"lieux": places(*map(place, names)), "sources": sources(essai=(1000, 0))}
    lost, kept = names[:450], names[450:]
    far = [f"{47.5 + n / 1000:.3f}, 1.3" for n in range(len(kept))]
    lines = [(f"l-{n.lower()}", "suppression", n, "Blois", "", "", "") for n in lost]
    moved = zip(kept, far, strict=True)
    lines += [
        (f"l-{n.lower()}", "deplacement", n, "Blois", "point", "47.5, 1.3", to) for n, to in moved
    ]
    after = {
        "lieux": places(*map(place, kept)),
        "sources": sources(essai=(550, 0)),
        "changements": changes(*lines),
    }
    found = compute(dataset, before, after)
    assert (found["counts"]["suppressions"], len(found["removed"])) == (450, LISTED)
    shown = [row["nom"] for row in found["removed"]]
    assert (shown[0], shown[-1]) == (lost[0], lost[-1])  # spread over the whole list
    assert len(set(shown)) == LISTED
    metres = [row["distance_m"] for row in found["moved"]]
    assert (len(metres), found["counts"]["deplacements"]) == (LISTED, 550)
    assert metres == sorted(metres, reverse=True)
    assert found["moved"][0]["nom"] == kept[-1]
    assert [row["nom"] for row in found["sample"][::19]] == [kept[0], kept[-1]]


def test_what_is_missing_or_broken_is_told_all_the_same(dataset: Dataset) -> None:
    """An id given twice, a place that was never known, a point that is none."""
    before = {"lieux": places(place("A"), place("A"))}
    after = {
        "lieux": places(place("A"), place("A", latitude="", longitude="")),
        "changements": changes(
            ("l-z", "suppression", "Z", "Tours", "", "", ""),
            ("l-a", "deplacement", "A", "Blois", "point", "47.5, 1.3", ""),
            ("l-b", "fusion", "B", "Tours", "successeur", "", "l-nowhere"),
        ),
    }
    found = compute(dataset, before, after)
    assert found["removed"][0] | {"adresse": ""} == found["removed"][0]
    assert (found["removed"][0]["nom"], found["removed"][0]["commune"]) == ("Z", "Tours")
    assert (found["moved"][0]["distance_m"], found["moved"][0]["latitude"]) == (None, None)
    assert (found["merged"][0]["successeur"], found["merged"][0]["successeur_nom"]) == (
        "l-nowhere", "",
    )  # fmt: skip
    assert found["sources"] == []


# --- in the terminal ----------------------------------------------------------------------


def test_the_terminal_tells_reasons_changes_and_what_to_type(
    found: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    show_difference(found)
    text = capsys.readouterr().out
    for part in (
        "jeu 2026-12-02 : 1\u00a0raison de relire avant de publier.",
        "! la source essai perd 41,2 % de ses lignes",
        "Lieux : 5 (2026-12-01) → 5 ; 1\u00a0perdu, 1\u00a0gagné, 1\u00a0fusionné",
        "essai : 5 → 3 (-2)",
        "- perdu     l-b B (Blois)",
        "+ gagné     l-f F (Blois)",
        "+ de retour l-g G (Blois)",
        "- fusionné  l-c C (Blois) dans l-d D",
        f"~ déplacé   l-e E (Blois) de {found['moved'][0]['distance_m']} m",
        "~ modifié   telephone : 2",
        "l-a « +331 » → (vide)",
        "peut-être un seul lieu : 12",
        "opendata decision list jeu",
        "opendata publish jeu ",
        'opendata drop jeu --reason "…"',
        "opendata decision tolerance jeu max_loss_pct 42 --subject essai --until 2027-01-01 "
        '--reason "…"',
    ):
        assert part in text


def test_the_terminal_speaks_english_and_cuts_lists(
    dataset: Dataset, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENDATA_LANG", "en")
    row = {"lieu_id": "l-1", "nom": "N", "commune": "Blois"}
    shared = "presented at length " * 9
    show_difference(
        {
            "dataset": "jeu",
            "version": "2",
            "counts": {"lieux_avant": 30, "lieux_apres": 10, "suppressions": 20},
            "removed": [row] * 20,
            "moved": [{**row, "distance_m": None, "latitude": None}],
            "modified": [
                {
                    "champ": "nom",
                    "nombre": 1,
                    "exemples": [{**row, "ancien": f"{shared}old", "nouveau": f"{shared}new"}],
                }
            ],
        }
    )
    text = capsys.readouterr().out
    assert text.count("- lost") == 8
    assert "lost: 12 more" in text
    assert "has no point any more" in text
    assert "old” →" in text and "new”" in text  # cut around what differs
    assert "perdu" not in text and "tolerance" not in text
    assert "Places: 30 () → 10; 20 lost, 0 gained" in text


def test_the_terminal_orders_fields_and_offers_what_the_page_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    loss = {"severity": "blocker", "gate": "max_category_loss_pct", "measured": 40.0}
    found = {
        "dataset": "jeu",
        "version": "2026-12-02",
        "seal": "0123456789ab",
        "counts": {"lieux_avant": 1500, "lieux_apres": 1499, "modifications": 3},
        "findings": [
            {"code": "relecture_demandee", "severity": "blocker", "fr": "demandée", "en": "asked"}
        ],
        "modified": [
            {"champ": name, "nombre": 1} for name in ("geo_score", "typologie", "horaires", "nom")
        ],
    }
    show_difference(found)
    text = capsys.readouterr().out
    assert "jeu 2026-12-02 : Une relecture est demandée : rien d'autre ne s'y oppose." in text
    assert "! demandée" not in text
    assert "opendata publish jeu --seal 0123456789ab   (" in text
    assert "Lieux : 1\u202f500 () → 1\u202f499 ; 0\u00a0perdu," in text
    names = ("nom", "horaires", "typologie", "geo_score")
    at = [text.index(f"modifié   {name}") for name in names]
    assert at == sorted(at)
    show_difference(found | {"findings": [loss | {"subject": one} for one in ("epn", "msap")]})
    text = capsys.readouterr().out
    assert "max_category_loss_pct 40 --subject msap --until 2027-01-01" in text
    assert 'jeu max_category_loss_pct 40 --until 2027-01-01 --reason "…"' in text


def test_the_terminal_of_a_first_release_lists_nothing(
    found: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    show_difference(found | {"counts": {"lieux_avant": 0, "lieux_apres": 5}, "latest": ""})
    text = capsys.readouterr().out
    assert "Première version : 5\u00a0lieux." in text
    assert "perdu" not in text and "modifié" not in text

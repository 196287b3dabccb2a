"""Plurals, genders and numbers in what stewards read."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from opendata.cli.decisions_shown import show_decisions
from opendata.cli.outcome import list_unapplied, show_outcome
from opendata.model import Decisions, ReleaseDecision
from opendata.paths import Paths
from opendata.sentences import sentence
from opendata.site import render_dataset
from tests.builders import small_dataset, small_source
from tests.site import site_samples as samples


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("detail", "fr", "en"),
    [
        ("5,5 km", "à 5,5 km de", "is 5.5 km away"),
        ("2 311,4 km", "à 2 311,4 km de", "is 2,311.4 km away"),
        ("800 m", "à 800 m de", "is 800 m away"),
        ("47,1, 0,5", "à 47,1, 0,5 de", "is 47,1, 0,5 away"),
    ],
)
def test_distances_are_written_as_each_language_does(detail: str, fr: str, en: str) -> None:
    issue = SimpleNamespace(
        code="point_hors_commune", field="latitude", value="48,7 km", published="", detail=detail
    )
    assert fr in sentence(issue, "fr")
    assert en in sentence(issue, "en")
    assert "“48,7 km”" in sentence(issue, "en")  # what the source says stays as it is


@pytest.mark.parametrize("status", ["published", "unchanged"])
def test_places_are_counted_in_one_way(
    status: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    small_source(paths)
    small_dataset(paths)
    total = dict.fromkeys(
        ("lignes_lues", "publiees", "fusionnees", "quarantaine", "hors_territoire"), 1300
    )
    source = {"source": "essai", "etat": "a_jour", "perime_depuis": "", "message_fr": ""}
    report = {
        "sources": [source | total], "total": total, "places": 1225,
        "changements": {"ajouts": 1225},
        "standard": {"lieux": 1200, "manques": {"pivot": 1025}},
    }  # fmt: skip
    outcome = {"dataset": "jeu", "version": "2026-11-27", "status": status, "report": report}
    show_outcome(outcome | {"warnings": []}, paths)
    said = capsys.readouterr().out
    assert "1225" not in said and "1300" not in said and "1025" not in said
    assert "(1 225 lieux" in plain(said) and "1 200 lieux sur 1 225 ;" in plain(said)


@pytest.mark.parametrize(
    ("count", "said"), [(1, "! 1 correction sans effet :"), (2, "! 2 corrections sans effet :")]
)
def test_corrections_without_effect(
    count: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: Sequence[dict[str, Any]] = [{"fr": "une ligne", "en": "a line"}] * count
    list_unapplied(lines)
    assert said in plain(capsys.readouterr().out)


def test_a_release_that_was_published_is_just_that(capsys: pytest.CaptureFixture[str]) -> None:
    one = ReleaseDecision("published", "2026-11-27", "c", "relu et publié", "Ada", "2026-11-27")
    show_decisions(Decisions(releases=(one,)), Path("jeu.toml"), "2026-11-28")
    assert "2026-11-27 publiée — relu et publié (Ada, 2026-11-27)" in capsys.readouterr().out


def test_a_spreadsheet_is_named_only_where_there_is_one() -> None:
    page = samples.page(1)
    assert "le fichier XLSX garde" in render_dataset(page)
    page["files"] = [file for file in page["files"] if file["name"] != "lieux.xlsx"]
    html = render_dataset(page)
    assert "XLSX" not in html
    assert "importez-le (Données" in html and "import it (Data" in html
    del page["files"]
    assert "XLSX" not in render_dataset(page)

"""changements.parquet and changements.md say what changements.csv says."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from opendata.language import Text
from opendata.publish.changed_values import escaped, told_fields
from opendata.publish.changes import SHOWN, markdown, parquet, summary, write
from opendata.release.diff import COLUMNS, counts
from opendata.site import render_dataset, render_report
from tests.site import site_samples as samples

LINES = [
    ("l-1", "ajout", "Espace *neuf*", "Blois", "", "", ""),
    ("l-2", "suppression", "Ancien", "", "", "", ""),
    ("l-3", "modification", "Atelier", "Tours", "telephone", "+33261910002", ""),
    ("l-3", "modification", "Atelier", "Tours", "latitude", "47.3", "47.4"),
    ("l-4", "modification", "Pont", "Tours", "courriels", "", "a_b@c.fr|<b>\n# x"),
    ("l-3", "deplacement", "Atelier", "Tours", "point", "47.3, 0.7", "47.4, 0.7"),
    ("l-5", "fusion", "Double", "Gien", "successeur", "", "l-1"),
    ("l-6", "reouverture", "Revenu", "Gien", "statut", "absent", "actif"),
    ("l-7", "reouverture", "Rouvert", "Gien", "statut", "ferme", "actif"),
]
PLACES = {"l-1": "Espace *neuf*", "l-3": "Atelier"}


def table(lines: list[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype="str")


def release(lines: list[tuple[str, ...]], places: int = 9, **report: Any) -> Any:
    """What the writer reads of a release."""
    changes = table(lines)
    return SimpleNamespace(
        dataset=SimpleNamespace(title="Lieux_d'essai", title_en=""),
        version="2026-03-02",
        created=datetime(2026, 3, 2, tzinfo=UTC),
        tables={
            "changements": changes,
            "lieux": pd.DataFrame(
                {"lieu_id": pd.Series([*PLACES]), "nom": pd.Series([*PLACES.values()])},
                index=range(places),
                dtype="str",
            ),
        },
        report={"changements": counts(changes)} | report,
    )


def test_parquet_is_the_same_table_and_the_same_bytes(tmp_path: Path) -> None:
    artifacts = write(release(LINES), tmp_path)
    assert [artifact.path for artifact in artifacts] == ["changements.parquet", "changements.md"]
    assert len({artifact.name for artifact in artifacts}) == 2
    file = tmp_path / "changements.parquet"
    found = pq.ParquetFile(file)
    assert found.metadata.row_group(0).column(0).compression == "ZSTD"
    assert {str(kind) for kind in found.schema_arrow.types} == {"string"}
    assert found.schema_arrow.metadata is None
    read = found.read().to_pandas()
    assert read["champ"].isna().tolist() == [line[4] == "" for line in LINES]
    assert read.fillna("").values.tolist() == [list(line) for line in LINES]
    assert parquet(table(LINES).iloc[::-1].iloc[::-1]) == file.read_bytes()


def test_no_change_is_an_empty_file_of_the_same_columns(tmp_path: Path) -> None:
    write(release([]), tmp_path)
    read = pq.read_table(BytesIO((tmp_path / "changements.parquet").read_bytes()))
    assert (read.column_names, read.num_rows) == (list(COLUMNS), 0)
    assert "aucun lieu n'a changé." in (tmp_path / "changements.md").read_text(encoding="utf-8")


def test_the_text_says_each_change_in_french_then_in_english() -> None:
    french, english = spaced(markdown(release(LINES, version_precedente="2026-02-02"))).split(
        "\n---\n\n"
    )
    assert french.splitlines() == [
        "# Changements – Lieux_d'essai",
        "",
        "Version 2026-03-02, comparée à la version 2026-02-02 : 1 lieu ajouté, 1 lieu supprimé, "
        "2 lieux modifiés, 1 lieu déplacé, 1 lieu fusionné, 2 lieux publiés de nouveau.",
        "",
        "## Lieux ajoutés (1)",
        "",
        "- **Espace \\*neuf\\***, Blois (`l-1`)",
        "",
        "## Lieux supprimés (1)",
        "",
        "- **Ancien** (`l-2`)",
        "",
        "## Lieux modifiés (2)",
        "",
        "- **Atelier**, Tours (`l-3`) : Téléphone « +33261910002 » → (vide)",
        "- **Pont**, Tours (`l-4`) : Courriels (vide) → `a_b@c.fr, <b> # x`",
        "",
        "## Lieux déplacés de plus de 100 mètres (1)",
        "",
        "- **Atelier**, Tours (`l-3`) : de 11 120 m",
        "",
        "## Lieux fusionnés dans un autre (1)",
        "",
        "- **Double**, Gien (`l-5`) : réuni à **Espace \\*neuf\\*** (`l-1`)",
        "",
        "## Lieux publiés de nouveau (2)",
        "",
        "- **Revenu**, Gien (`l-6`) : de retour",
        "- **Rouvert**, Gien (`l-7`) : de retour (fermé auparavant)",
    ]
    assert english.startswith("# Changes – Lieux_d'essai\n\nVersion 2026-03-02, compared with")
    assert "- **Rouvert**, Gien (`l-7`): back (closed before)" in english
    assert "(`l-5`): joined to **Espace \\*neuf\\*** (`l-1`)" in english
    assert "(`l-3`): by 11,120 m" in english


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("more", "rest"), [(0, ""), (1, "- … et 1 autre ("), (7, "et 7 autres (")])
def test_long_lists_end_with_how_many_others(more: int, rest: str) -> None:
    lines = [(f"l-{n:03}", "suppression", "A", "B", "", "", "") for n in range(SHOWN + more)]
    french = spaced(markdown(release(lines))).partition("\n---\n")[0]
    assert french.count("\n- **A**") == SHOWN
    assert (rest in french) if rest else ("autre" not in french)
    assert ("([changements.csv](changements.csv))" in french) == bool(more)
    assert f"## Lieux supprimés ({SHOWN + more})" in french


def test_what_it_is_compared_with() -> None:
    first = [LINES[0]]
    assert "Version 2026-03-02, la première :" in markdown(release(first, places=1))
    assert "comparée à la précédente :" in markdown(release(first, places=2))


def told(*cells: tuple[str, str, str]) -> str:
    rows = [dict(zip(("champ", "ancien", "nouveau"), cell, strict=True)) for cell in cells]
    return spaced(told_fields(rows, "fr"))


def test_what_people_care_for_comes_first_and_the_rest_is_counted() -> None:
    assert told(
        ("typologie", "EPN|BIB", "BIB"), ("date_maj", "2020", ""), ("geo_score", "0.9", "1"),
        ("horaires", "Mo 09:00-12:00", ""), ("adresse", "1 rue A", "2 rue A"),
    ) == (
        "Adresse « 1 rue A » → « 2 rue A » ; Horaires « Mo 09:00-12:00 » → (vide) ; "
        "et 3 autres champs"
    )  # fmt: skip
    assert told(("source", "a", "b")) == "1 autre champ"


def test_order_case_and_accents_are_no_news() -> None:
    order = ("categories", "coworking|tiers-lieu", "tiers-lieu|coworking")
    case = ("adresse", "1 Avenue Jean Jaurès", "1 AVENUE  JEAN JAURES")
    assert told(order, case) == "seulement l'écriture ou l'ordre des valeurs"
    assert told(order, case, ("sources", "b|a", "a|b"), ("nom", "Ω", "Δ")) == "Nom « Ω » → « Δ »"


def test_a_long_value_is_cut_around_its_change() -> None:
    same = "mot " * 100
    said = told(("horaires", f"{same}avant {same}", f"{same}apres {same}"))
    old, new = re.findall("« (.*?) »", said)
    assert old.startswith("… mot mot") and "avant mot" in old and old.endswith(" …")
    assert "apres mot" in new and max(len(old), len(new)) <= 84


def test_closed_lists_are_told_by_their_labels() -> None:
    said = told(("categories", "tiers-lieu", "tiers-lieu|mediatheque"))
    assert said == "Catégories « Tiers-lieu » → « Tiers-lieu, Médiathèque ou bibliothèque »"


def test_code_holds_whatever_markdown_would_read() -> None:
    assert told(("nom", "a`b", "`")) == "Nom ``a`b`` → `` ` ``"
    assert told(("site_web", "", "https://x.fr/a_b")) == "Site web (vide) → `https://x.fr/a_b`"


def test_a_place_of_which_only_the_point_changed_is_told_once() -> None:
    lines = [
        ("l-3", "modification", "Atelier", "Tours", "latitude", "47.3", "47.4"),
        ("l-3", "modification", "Atelier", "Tours", "geo_score", "0.5", "0.9"),
        ("l-4", "modification", "Pont", "Tours", "latitude", "47.30000", "47.30001"),
        ("l-3", "deplacement", "Atelier", "Tours", "point", "47.3, 0.7", "47.4, 0.7"),
    ]
    french = spaced(markdown(release(lines))).partition("\n---\n")[0]
    assert french.partition("## Lieux modifiés (2)\n\n")[2].splitlines()[:2] == [
        "- **Pont**, Tours (`l-4`) : 1 autre champ",
        "- … et 1 lieu dont seul le point a changé (voir plus bas)",
    ]
    assert french.count("Atelier") == 1


def test_a_successor_that_is_not_named_is_told_by_its_id() -> None:
    line = ("l-5", "fusion", "Double", "Gien", "successeur", "", "l-9")
    assert "(`l-5`) : réuni à `l-9`" in markdown(release([line]))


def test_who_reads_by_columns_is_told() -> None:
    told = {
        "table": "lieux", "avant": "1.0.0", "apres": "2.0.0", "niveau": "breaking",
        "phrases_fr": ["la colonne a_b a disparu"], "phrases_en": ["the column a_b is gone"],
        "version_insuffisante": False,
    }  # fmt: skip
    about = {"niveau": "breaking", "tables": [told]}
    french, english = markdown(release([], compatibilite=about)).split("\n---\n")
    assert "## Colonnes (incompatible)\n\n- `lieux` 1.0.0 → 2.0.0 (incompatible)\n" in french
    assert "  - la colonne a_b a disparu" in french
    assert "  - the column a_b is gone" in english
    html = render_report(samples.report() | {"compatibilite": about})
    assert "la colonne a_b a disparu" in html
    assert "the column a_b is gone" in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a*b_c`d[e](f)", r"a\*b_c\`d\[e\](f)"),
        ("_a_ __init__ a_", r"\_a\_ \_\_init\_\_ a\_"),
        ("<script> &amp; a|b & c ~d~", r"\<script> \&amp; a|b & c \~d\~"),
        ("L'@MI : a/b", "L'@MI : a/b"),
        ("a\r\n\n# b\t c", "a # b c"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("12. a", r"12\. a"),
        ("a ##", r"a \#\#"),
        ("1.02 – l'École (a)", "1.02 – l'École (a)"),
    ],
)
def test_data_is_text_not_markup(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_a_summary_names_only_what_happened() -> None:
    few = {"ajouts": 2, "suppressions": 0, "modifications": 1}
    assert summary(few) == Text("2\u00a0lieux ajoutés, 1\u00a0lieu modifié",
                                "2 places added, 1 place changed")  # fmt: skip
    assert summary(few, short=True).fr == "2\u00a0ajoutés, 1\u00a0modifié"
    assert summary({}).en == "no place changed"


def test_pages_show_the_new_kinds_only_where_there_are_some() -> None:
    report, page = samples.report(), samples.page(1)
    words = ("déplacés de plus de 100 mètres", "fusionné dans un autre", "publiés de nouveau")
    html = render_report(report)
    assert not [word for word in words if word in html]
    html = render_report(
        report
        | {"changements": report["changements"]
           | {"deplacements": 3, "fusions": 1, "reouvertures": 2}}
    )  # fmt: skip
    assert [word for word in words if word in html] == list(words)
    html = render_dataset(page)
    assert "Déplacés" not in html
    assert html.count('href="feed.atom"') == 2
    page["releases"][0] |= {"moved": 3}
    page["releases"][1] |= {"state": "retiree", "reason": "erreur d'export"}
    page["releases"][2] |= {"state": "supprimee"}
    html = render_dataset(page)
    assert "Déplacés" in html
    assert "Fusionnés" not in html
    assert "erreur d&#39;export" in html
    assert 'href="releases/2026-11-09/"' not in html

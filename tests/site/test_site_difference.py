"""The page of a release that waits: what is told, what is cut, what is escaped."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_site_pages import HOSTILE, Page

from opendata.site import render_difference
from opendata.site.changed import around_change, by_interest, changed_parts, same_words
from opendata.site.commands import categories_command, publish_command, tolerance_command
from opendata.site.difference import distance_text, verdict_of

BLOCKER = {
    "code": "perte_source", "severity": "blocker", "gate": "max_loss_pct", "subject": "essai",
    "measured": 40.2, "allowed": 10.0, "fr": "la source essai perd 40,2 % de ses lignes",
    "en": "the source essai loses 40.2% of its rows",
}  # fmt: skip
BROKEN = {**BLOCKER, "code": "identifiant_double", "gate": "", "subject": "", "fr": "deux fois"}
CATEGORY = {
    **BLOCKER, "code": "perte_categorie", "gate": "max_category_loss_pct", "subject": "epn",
    "measured": 35.0, "fr": "la catégorie epn perd 35 %",
}  # fmt: skip
ASKED = {"code": "relecture_demandee", "severity": "blocker", "fr": "une relecture est demandée"}
WARNING = {**BLOCKER, "severity": "warning", "fr": "une catégorie baisse", "en": "a category"}


def whole(name: str, **more: str) -> dict[str, Any]:
    return {
        "lieu_id": f"l-{name.lower()}", "nom": name, "adresse": "1 rue du Pont",
        "code_postal": "41000", "commune": "Blois", "categories": ["epn"], "sources": ["essai"],
    } | more  # fmt: skip


def sample(**changes: Any) -> dict[str, Any]:
    found = {
        "dataset": "jeu",
        "title": "Jeu d'essai",
        "title_en": "Trial",
        "version": "2026-12-02",
        "latest": "2026-12-01",
        "created": "2026-12-02T02:00:00Z",
        "findings": [BLOCKER, BROKEN, WARNING],
        "counts": {
            "ajouts": 1, "suppressions": 450, "modifications": 1200, "deplacements": 2,
            "fusions": 1, "reouvertures": 1, "lieux_avant": 1500, "lieux_apres": 1051,
        },
        "sources": [{"source": "essai", "titre": "Essai", "avant": 1500, "apres": 900}],
        "categories": [{"code": "epn", "fr": "Espace public", "en": "Digital space",
                        "avant": 8, "apres": 4}],
        "fields": [
            {"champ": "telephone", "titre": "Téléphone", "titre_en": "Telephone",
             "avant": 1500, "apres": 200},
            {"champ": "nom", "titre": "Nom", "titre_en": "Name", "avant": 1500, "apres": 1051},
        ],
        "added": [whole("Arrivé")],
        "removed": [whole(f"Parti{n}") for n in range(200)],
        "merged": [whole("Fondu", successeur="l-autre", successeur_nom="Autre lieu")],
        "reopened": [whole("Revenu")],
        "moved": [
            {"lieu_id": "l-loin", "nom": "Loin", "commune": "Blois", "latitude_source": 47.5,
             "longitude_source": 1.3, "latitude": 47.6, "longitude": 1.4, "distance_m": 13417,
             "avant": "numero", "apres": "commune"},
            {"lieu_id": "l-nul", "nom": "Nulle part", "commune": "Blois", "latitude_source": 47.5,
             "longitude_source": 1.31, "latitude": None, "longitude": None, "distance_m": None,
             "avant": "numero", "apres": ""},
        ],
        "modified": [
            {"champ": "horaires", "titre": "Horaires", "titre_en": "Opening hours", "nombre": 1200,
             "exemples": [{"lieu_id": "l-h", "nom": "H", "commune": "Blois",
                           "ancien": "Mo 09:00-12:00; Tu 14:00-18:00",
                           "nouveau": "Mo 10:00-12:00; Tu 14:00-18:00"}]},
        ],
        "sample": [whole("Échantillon", telephone="+33254000000", latitude="47.5")],
        "pairs": {
            "nombre": 1234,
            "fichier": "paires.csv",
            "premieres": [{
                "probabilite": 0.715, "raisons": "nom proche", "distance_m": 140.0,
                "nom_1": "Le Lieu", "nom_2": "Le Lieu bis", "commune_1": "Blois",
                "commune_2": "BLOIS", "categories_1": "epn", "categories_2": "",
                "source_1": "essai", "cle_1": "7", "source_2": "autre", "cle_2": "8",
            }],
        },
        "compatibilite": {"niveau": "breaking", "tables": [{
            "table": "lieux", "avant": "1.0.0", "apres": "1.1.0", "niveau": "breaking",
            "phrases_fr": ["la colonne x n'est plus là"], "phrases_en": ["the column x is gone"],
            "version_insuffisante": True,
        }]},
    }  # fmt: skip
    return found | changes


def french(html: str) -> str:
    """What a French reader sees, white space apart."""
    body = re.sub(r"<(style|script|title)[^>]*>.*?</\1>", "", html, flags=re.S)
    text = re.sub(r'<span class="t" lang="en">[^<]*</span>', "", body)
    text = unescape(re.sub(r"<[^>]*>", "", text)).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", text)


def test_the_steward_reads_what_holds_it_what_changes_and_what_to_type() -> None:
    text = french(render_difference(sample()))
    parts = (
        "prendrait la place de 2026-12-01",
        "2 raisons de relire avant de publier",
        "1 051",
        "La source essai perd 40,2 % de ses lignes.",
        "opendata decision tolerance jeu max_loss_pct 41 --subject essai --until 2027-01-01 "
        '--reason "…"',
        "Aucune tolérance ne s’applique",
        "Une catégorie baisse.",
        "Impossible : ses fichiers ne respectent pas leur schéma",
        'opendata drop jeu --reason "…"',
        "−600",
        "−40,0 %",
        "100 %1 500",
        "Lieux perdus 450",
        "En voici 200 sur 450",
        "opendata why l-parti0",
        "Arrivé",
        "Revenu",
        "Autre lieu",
        "13,4 km",
        "numéro → devient centre de commune",
        "sans point",
        "Mo 10:00-12:00; Tu 14:00-18:00",
        "Paires à relire 1 234",
        "opendata decision list jeu",
        "71,5 % · à 140 m l’une de l’autre",
        "Échantillon",
        "incompatible",
        "La colonne x n'est plus là.",
    )
    at = [text.find(part) for part in parts]
    assert [part for part, place in zip(parts, at, strict=True) if place < 0] == []
    assert at == sorted(at)


def test_what_no_tolerance_lets_through_cannot_be_published() -> None:
    def offered(*findings: dict[str, Any]) -> list[str]:
        page = french(render_difference(sample(findings=list(findings))))
        return re.findall(r'opendata publish jeu(?: --reason "…")?', page)

    assert offered(BLOCKER, BROKEN) == []
    assert offered(BLOCKER) == ['opendata publish jeu --reason "…"']
    assert offered(WARNING) == ["opendata publish jeu"]


def test_what_is_published_is_what_was_shown() -> None:
    page = french(render_difference(sample(findings=[BLOCKER], seal="0123456789ab")))
    assert 'opendata publish jeu --seal 0123456789ab --reason "…"' in page
    assert publish_command({"dataset": "jeu", "findings": [BROKEN]}) == ""


def test_to_ask_for_a_review_is_no_reason_to_hold() -> None:
    text = french(render_difference(sample(findings=[ASKED], seal="0123456789ab")))
    assert text.count("Une relecture est demandée : rien d'autre ne s'y oppose") == 1
    assert "Une relecture est demandée : rien d’autre ne s’y oppose." in text
    assert "Aucune tolérance" not in text and "Retient la version" not in text
    assert re.findall(r"opendata publish jeu[^()]*? Écarter", text) == [
        "opendata publish jeu --seal 0123456789ab Écarter"
    ]
    both = french(render_difference(sample(findings=[ASKED, BLOCKER])))
    assert "1 raison de relire avant de publier" in both
    assert "rien d’autre ne s’y oppose" not in both and "Aucune tolérance" not in both


def test_categories_that_go_with_their_source_need_one_tolerance() -> None:
    other = {**CATEGORY, "subject": "msap", "measured": 61.4}
    found = sample(findings=[BLOCKER, CATEGORY, other])
    said = (
        'opendata decision tolerance jeu max_category_loss_pct 62 --until 2027-01-01 --reason "…"'
    )
    assert categories_command(found) == said
    text = french(render_difference(found))
    assert said in text and "max_category_loss_pct 35 --subject epn" in text
    assert categories_command(sample(findings=[BLOCKER, CATEGORY])) == ""


def test_fields_people_care_for_come_first_and_technical_ones_are_folded() -> None:
    names = ("geo_score", "id", "typologie", "horaires", "nom", "pivot")
    example = sample()["modified"][0]
    modified = [{**example, "champ": name, "titre": name.upper(), "titre_en": ""} for name in names]
    assert [one["champ"] for one in by_interest(modified)] == [
        "nom", "horaires", "typologie", "pivot", "geo_score", "id",
    ]  # fmt: skip
    html = render_difference(sample(modified=modified))
    shown, _, folded = html[html.index('id="modifies"') :].partition("<details")
    assert re.findall(r'<h3 id="f(\d)">(\w+)', shown) == [
        ("1", "NOM"), ("2", "HORAIRES"), ("3", "TYPOLOGIE"), ("4", "PIVOT"),
    ]  # fmt: skip
    assert re.findall(r'<h3 id="f(\d)">(\w+)', folded) == [("5", "GEO_SCORE"), ("6", "ID")]
    only = render_difference(sample(modified=modified[:1]))
    assert 'href="#modifies"' in only and 'id="modifies"' in only


def test_only_what_differs_is_marked() -> None:
    html = render_difference(sample())
    assert "Mo <del>09:00-12:00</del>; Tu" in html
    assert "Mo <ins>10:00-12:00</ins>; Tu" in html
    marked = re.findall(r"<u>(.*?)</u>", html)
    assert marked == ["Le Lieu", "Le Lieu bis"]  # Blois and BLOIS are the same word
    # A field that lost no share is not told, however many places went.
    assert "<code>telephone</code>" in html and "<code>nom</code>" not in html


def test_both_languages_are_in_the_page() -> None:
    page = Page(render_difference(sample()))
    for part in ("2 reasons to look before publishing", "Places lost", "Digital space", "apart"):
        assert part in page.text


def test_long_lists_fold_after_the_first_and_numbers_follow_the_map() -> None:
    moved = [sample()["moved"][0] | {"nom": f"M{n}"} for n in range(30)]
    html = render_difference(sample(moved=moved))
    lost = html[html.index('id="perdus"') : html.index('id="gagnes"')]
    shown, _, folded = lost.partition("<details")
    assert shown.count("Parti") == 8 and folded.count("Parti") == 192
    table = html[html.index("moved-caption-more") :]
    assert table.index("</span>9</td>") < table.index("M8")


def test_a_first_release_says_so_and_lists_nothing_as_lost() -> None:
    counts = {"lieux_avant": 0, "lieux_apres": 12, "ajouts": 12}
    html = render_difference(sample(counts=counts, latest="", findings=[]))
    text = french(html)
    assert "première version" in text and "Rien ne s'y oppose" in text
    for part in ("perdus", "Parti0", "Arrivé", "prendrait la place", "Avant", "version précédente"):
        assert part not in text
    assert "Échantillon" in text


@pytest.mark.parametrize("found", [{}, {"dataset": "jeu", "counts": {"lieux_avant": 3}}])
def test_every_key_may_be_missing(found: dict[str, Any]) -> None:
    Page(render_difference(found))


def test_nothing_of_a_source_becomes_markup() -> None:
    def hostile(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: hostile(one) for key, one in value.items()}
        if isinstance(value, list):
            return [hostile(one) for one in value[:3]]
        return HOSTILE if isinstance(value, str) else value

    kept = [{**hostile(BLOCKER), "severity": "blocker", "gate": "max_loss_pct"}]
    page = Page(render_difference(hostile(sample()) | {"findings": kept}))
    plain = Page(render_difference(sample()))
    assert len(page.all("script")) == len(plain.all("script")) == 1
    assert page.all("img") == []
    assert not any(name.startswith("on") for _, tags in page.tags for name in tags)
    assert "{{ 7*7 }}" in page.text and HOSTILE in page.text


def test_anchors_exist_once_and_nothing_is_fetched() -> None:
    html = render_difference(sample())
    page = Page(html)
    ids = page.ids()
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        if link["href"].startswith("#"):
            assert link["href"][1:] in ids
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(attributes.get(name, "").split()) <= set(ids)
    assert not re.search(r"(?:src|href)=\"(?!#|data:|https://www\.openstreetmap\.org/)", html)


# --- the parts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severities", "calm", "fr"),
    [
        ([], True, "Rien ne s'y oppose"),
        (["warning"], True, "Rien ne s'y oppose ; 1\u00a0avertissement à lire"),
        (["blocker", "warning"], False, "1\u00a0raison de relire avant de publier"),
        (["blocker"] * 3, False, "3\u00a0raisons de relire avant de publier"),
    ],
)
def test_the_verdict(severities: list[str], calm: bool, fr: str) -> None:
    asked = verdict_of({"findings": [ASKED, *({"severity": one} for one in severities)]})
    rest = fr.removeprefix("Rien ne s'y oppose")
    expected = f"Une relecture est demandée : rien d'autre ne s'y oppose{rest}" if calm else fr
    assert (asked.calm, asked.sentence.fr) == (calm, expected)
    state = verdict_of({"findings": [{"severity": one} for one in severities]})
    assert (state.calm, state.sentence.fr) == (calm, fr)


@pytest.mark.parametrize(
    ("gate", "measured", "subject", "said"),
    [
        ("max_loss_pct", 40.0, "", "max_loss_pct 40 "),
        ("max_loss_pct", 40.001, "a/b", "max_loss_pct 41 --subject a/b "),
        ("min_located_pct", 48.9, "", "min_located_pct 48 "),
        ("max_moved_pct", 12.5, "x; rm", "max_moved_pct 13 --subject 'x; rm' "),
    ],
)
def test_a_tolerance_lets_just_enough_through(
    gate: str, measured: float, subject: str, said: str
) -> None:
    finding = {"gate": gate, "measured": measured, "subject": subject}
    command = tolerance_command(finding, {"dataset": "jeu"})
    assert command == f'opendata decision tolerance jeu {said}--reason "…"'
    command = tolerance_command(finding, {"dataset": "jeu", "version": "2026-11-27.4"})
    assert command == f'opendata decision tolerance jeu {said}--until 2026-12-27 --reason "…"'


@pytest.mark.parametrize(
    ("metres", "fr", "en"),
    [(999, "999 m", "999 m"), (1500, "1,5 km", "1.5 km"), (5_167_245, "5\u202f167 km", "5,167 km"),
     (None, "–", "–")],
)  # fmt: skip
def test_distances(metres: int | None, fr: str, en: str) -> None:
    assert distance_text(metres) == (fr, en)


def test_a_long_value_is_cut_around_its_changes() -> None:
    around = "mot " * 200
    old, new = changed_parts(f"{around}ancien {around}", f"{around}nouveau {around}")
    assert [part.text for part in old if part.differs] == ["ancien"]
    assert [part.text for part in new if part.differs] == ["nouveau"]
    assert sum(len(part.text) for part in new) < 120
    assert new[0].text.startswith("…") and new[-1].text.endswith("…")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("b|a", "a|b", True), ("CŒUR de l’Île", "coeur de  l'ile", True), ("Ω", "Δ", False),
        ("a b", "b a", False), ("a|a", "a", False), ("", "x", False),
    ],
)  # fmt: skip
def test_what_is_the_same_but_for_its_writing(old: str, new: str, same: bool) -> None:
    assert same_words(old, new) is same


def test_both_values_are_cut_at_the_same_place() -> None:
    assert around_change("court", "autre", 10, 3) == ("court", "autre")
    assert around_change("un deux trois", "un deux quatre cinq", 8, 3) == (
        "… trois", "… quatre c …",
    )  # fmt: skip
    assert around_change("", "x" * 20, 8, 3) == ("", "xxxxxxxx …")


def test_values_of_thousands_of_words_are_compared_from_both_ends() -> None:
    around = " ".join(str(n) for n in range(900))
    old, new = changed_parts(f"{around} a {around}", f"{around} b {around}")
    assert [part.text for part in old + new if part.differs] == ["a", "b"]


@given(st.text("ab |;,", max_size=30), st.text("ab |;,", max_size=30))
def test_the_parts_are_the_values_and_what_is_unmarked_is_shared(old: str, new: str) -> None:
    first, second = changed_parts(old, new)
    assert "".join(part.text for part in first) == old
    assert "".join(part.text for part in second) == new
    kept = [
        re.sub(r"\W", "", "".join(part.text for part in parts if not part.differs))
        for parts in (first, second)
    ]
    assert kept[0] == kept[1]

"""The section of a report about where places stand, and its map."""

import itertools
import math
import re
from html import unescape
from typing import Any

import pytest
import site_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from test_site_pages import Page

from opendata.site import render_report, summary
from opendata.site.location import location_of
from opendata.site.moves import Moves, moves_of
from opendata.site.rooms import Rooms, number_room, write_names
from opendata.site.sketch import WIDTH

ORLEANS, NEAR = (47.90, 1.90), (47.95, 1.86)


def html(**changes: Any) -> str:
    report = samples.report()
    return render_report(report | {"localisation": report["localisation"] | changes})


def section(page: str) -> str:
    return page[page.index('<section id="localisation"') : page.index('<section id="champs"')]


def french(page: str) -> str:
    """What a French reader sees, white space apart."""
    text = re.sub(r'<span class="t" lang="en">[^<]*</span>', "", page)
    return re.sub(r"[ \n]+", " ", unescape(re.sub(r"<[^>]*>", " ", text))).replace(" .", ".")


# --- what is told -------------------------------------------------------------------------


def test_the_steward_reads_first_what_to_do() -> None:
    text = Page(section(html())).text
    for part in (
        "88,9\u00a0%",  # at their street at least: 1010 + 44 + 236 of 1451
        "72,6\u00a0%",  # of all, at the number
        "341\u00a0points déplacés de plus de 2 km",
        "120\u00a0lieux à préciser\u00a0: département sans fichier d'adresses (BAN)",
        "Lancez «\u00a0opendata reference update --dataset lieux-essai\u00a0» (départements 18",
        "Complétez le fichier source. Sources\u00a0: a (30), b (8), c (2), 1\u00a0autre.",
        "1\u00a0commune corrigée d'après l'adresse",
        "41 places to make more precise: sans adresse (en)",
        "Un index abîmé a été refait.",
        "A damaged index was made again.",
        "seule la commune est sûre",
    ):
        assert part in text
    assert text.index("À faire") < text.index("Précision") < text.index("Lieu déplacé 1")


def test_each_task_leads_to_its_rows() -> None:
    page = Page(section(html()))
    targets = {link["href"] for link in page.all("a") if link["href"].startswith("#")}
    assert targets == {"#deplaces", "#a-preciser", "#voisines"}
    assert {target[1:] for target in targets} <= set(page.ids())


def test_a_moved_point_has_its_line_its_distance_and_both_points() -> None:
    page = Page(section(html()))
    for part in ("Lieu déplacé 3", "103", "7.4 km", "47.95, 1.85", "47.91, 1.93", "5,329 km",
                 "Outside the commune: published without a point"):  # fmt: skip
        assert part in page.text
    shown = french(section(html()))
    for part in ("essai-region ligne 103", "7,4 km", "5\u202f329 km", "sans point",
                 "Loin de l'adresse\u00a0: placé à l'adresse", "opendata why essai-region#101",
                 "Voici les 4 premières sur 341."):  # fmt: skip
        assert part in shown
    spots = [link["href"] for link in page.all("a") if "openstreetmap" in link["href"]]
    assert len(spots) == 6
    assert spots[0] == (
        "https://www.openstreetmap.org/?mlat=0.000000&mlon=0.000000#map=17/0.000000/0.000000"
    )


def test_places_are_linked_where_their_page_is_known() -> None:
    assert "index.html#l-" not in html()
    page = Page(render_report(samples.report(), "../../index.html"))
    targets = [link["href"] for link in page.all("a")]
    assert "../../index.html#l-000000000003" in targets
    hostile = samples.report()
    hostile["localisation"]["deplaces"]["lignes"][0]["lieu_id"] = 'x" onclick="y'
    assert "onclick" not in render_report(hostile, "../../index.html")


def test_a_report_with_nothing_moved_has_no_empty_table() -> None:
    nothing = {"nombre": 0, "lignes": []}
    page = html(
        deplaces=nothing,
        voisines=nothing,
        avertissements=[],
        a_preciser={"nombre": 0, "raisons": [], "lieux": [], "departements_sans_fichier": []},
    )
    shown = section(page)
    assert "<svg" not in shown
    assert not {"deplaces", "a-preciser", "voisines", "a-faire"} & set(Page(shown).ids())
    assert "Rien à faire" in Page(shown).text
    bodies = re.findall(r"<tbody>(.*?)</tbody>", page, re.S)
    assert bodies and all("<tr" in body for body in bodies)
    assert shown.count("<table") == 2


def test_a_report_of_before_has_no_such_list_and_is_still_a_page() -> None:
    report = samples.report()
    del report["localisation"]
    text = Page(section(render_report(report))).text
    assert "Au numéro" in text and "Lieu déplacé" not in text


@pytest.mark.parametrize(("count", "folded"), [(12, False), (13, True)])
def test_the_to_do_list_is_folded_when_long(count: int, folded: bool) -> None:
    page = section(render_report(samples.report() | {"localisation": samples.location(count)}))
    part = page[page.index('id="a-preciser"') :]
    assert (part.count("<details data-print>") == 1) is folded
    assert part.count("Lieu imprécis") == count
    assert "premiers sur" in Page(page).text


def test_the_map_has_a_title_a_description_and_numbers_that_are_not_read() -> None:
    page = section(html())
    (figure,) = re.findall(r'<figure class="map moves".*?</figure>', page, re.S)
    assert 'role="img" aria-labelledby="moves-title" aria-describedby="moves-desc"' in figure
    assert re.search(r'<title id="moves-title"[^>]*data-en="Map of', figure)
    assert re.search(r'<desc id="moves-desc"[^>]*>Une flèche', figure)
    assert 'class="numbers num" aria-hidden="true"' in figure
    assert "hors de la carte, dans cette direction" in figure
    assert re.search(r"\(nº? ?.*1\)", Page(figure).text)


# --- the state of the release -------------------------------------------------------------


def calm(**precisions: int) -> dict[str, Any]:
    report: dict[str, Any] = {"dataset": "jeu", "precisions": precisions}
    report["sources"] = [samples.source("a", "a_jour", 3, 3, 0, 0, 0)]
    report["total"] = {"lignes_lues": 3, "publiees": 3}
    return report


def test_all_is_not_well_when_more_than_a_third_stand_at_their_commune() -> None:
    assert summary.state_of(calm(numero=2, commune=1)).calm
    state = summary.state_of(calm(numero=1998, commune=900, aucune=102))
    assert not state.calm
    assert state.sentence.fr == (
        "À regarder : 1\u202f002\u00a0lieux ne sont situés au mieux qu'à leur commune (sur "
        "3\u202f000) : lancez « opendata reference update --dataset jeu »."
    )
    assert state.sentence.en == (
        "Needs a person: 1,002 places are known by their commune at best (of 3,000): run "
        "“opendata reference update --dataset jeu”."
    )


def test_other_concerns_come_before_it() -> None:
    report = calm(commune=1)
    report["total"] = {"lignes_lues": 4, "publiees": 3, "quarantaine": 1}
    sentence = summary.state_of(report).sentence.fr
    assert sentence.index("en quarantaine") < sentence.index("1\u00a0lieu n'est situé")


@pytest.mark.parametrize(
    ("reasons", "remedy"),
    [
        ({}, "opendata reference update"),
        ({"sans_fichier": 2, "sans_adresse": 2}, "opendata reference update"),
        ({"sans_fichier": 1, "sans_adresse": 2}, "voyez sous « Localisation »"),
        ({"voie_introuvable": 2}, "voyez sous « Localisation »"),
    ],
)
def test_the_remedy_is_the_one_that_helps_most(reasons: dict[str, int], remedy: str) -> None:
    report = calm(commune=1)
    told = [{"code": code, "nombre": count} for code, count in reasons.items()]
    report["localisation"] = {"a_preciser": {"raisons": told}}
    assert remedy in summary.state_of(report).sentence.fr


# --- the map ------------------------------------------------------------------------------


def drawn(*rows: dict[str, Any]) -> Moves:
    found = moves_of(rows)
    assert found is not None
    return found


def grid(count: int) -> list[dict[str, Any]]:
    return [
        samples.moved(
            n,
            (47 + 0.1 * (n % 14) + 0.03, 1 + 0.1 * (n // 14)),
            (47 + 0.1 * (n % 14), 1 + 0.1 * (n // 14)),
            commune=f"Ville {n % 5}",
        )
        for n in range(count)
    ]


def test_arrows_go_from_the_stated_to_the_published_point() -> None:
    ((arrow),) = drawn(samples.moved(1, NEAR, ORLEANS)).arrows
    # North is up and east is right: the arrow goes down and to the right.
    assert arrow.x1 < arrow.x2 and arrow.y1 < arrow.y2
    assert arrow.start and arrow.end and not arrow.edge
    assert arrow.head.startswith(f"M{arrow.x2:g} {arrow.y2:g} L")


def test_a_far_outlier_does_not_squash_the_map() -> None:
    rows = [samples.moved(1, NEAR, ORLEANS), samples.moved(2, (47.85, 1.95), (47.88, 1.88))]
    without = drawn(*rows)
    map = drawn(*rows, samples.moved(3, (0.0, 0.0), ORLEANS), samples.moved(4, (45.5, -73), NEAR))
    assert (map.scale_km, map.height) == (without.scale_km, without.height)
    assert map.arrows[:2] == without.arrows
    assert map.cut == (3, 4)
    south, west = map.arrows[2], map.arrows[3]
    assert south.y1 == pytest.approx(map.height - 8, abs=0.1) and west.x1 == 8.0
    for arrow in (south, west):
        assert arrow.edge.startswith(f"M{arrow.x1:g} {arrow.y1:g} L")
        assert not arrow.start and arrow.end


def test_published_points_overseas_do_not_squash_it_either() -> None:
    many = grid(14)
    map = drawn(*many, samples.moved(99, (47.2, 1.0), (-21.1, 55.4)))
    assert map.scale_km <= 50
    assert map.cut == (15,)
    assert (map.arrows[-1].start, map.arrows[-1].end, map.arrows[-1].head) == (True, False, "")


def test_what_is_wholly_elsewhere_is_told_and_not_drawn() -> None:
    map = drawn(
        *grid(14),
        samples.moved(15, (-21.0, 55.5), (-21.1, 55.4)),
        samples.moved(16, (2.0, 48.0), ("", "")),
        samples.moved(17, ("", ""), ORLEANS),
    )
    assert map.absent == (15, 16, 17)
    assert len(map.arrows) == 14


def test_a_point_without_a_successor_is_a_cross() -> None:
    map = drawn(*grid(14), samples.moved(15, (47.5, 1.0), ("", "")))
    assert [cross.number for cross in map.crosses] == [15]
    alone = drawn(samples.moved(1, (47.5, 1.0), ("", "")))
    assert [cross.number for cross in alone.crosses] == [1]


def test_nothing_to_draw_is_no_map() -> None:
    assert moves_of([]) is None
    assert moves_of([samples.moved(1, ("", ""), ("x", None))]) is None


@pytest.mark.parametrize("count", [1, 14, 200])
def test_numbers_do_not_cover_each_other_nor_leave_the_map(count: int) -> None:
    map = drawn(*grid(count))
    rooms = [number_room(one.number, one.x, one.y - 4) for one in map.numbers]
    assert len(map.numbers) + map.unwritten == count
    assert map.numbers[0].number == 1
    for first, second in itertools.combinations(rooms, 2):
        assert not (
            first.left + 0.1 < second.right
            and second.left + 0.1 < first.right
            and first.top + 0.1 < second.bottom
            and second.top + 0.1 < first.bottom
        )
    for room in rooms:
        assert 0 <= room.left <= room.right <= WIDTH and 0 <= room.top <= room.bottom <= map.height


def test_names_stand_beside_lines_and_each_other() -> None:
    rooms = Rooms(300, [((100, 150), (300, 150))])
    labels = write_names(rooms, [("Orléans", (300, 150)), ("Olivet", (302, 152)), ("", (9, 9))])
    assert [label.text.fr for label in labels] == ["Olivet", "Orléans"]
    assert labels[0].y != labels[1].y
    full = Rooms(300, [((0, y), (WIDTH, y)) for y in range(0, 300, 8)])
    assert write_names(full, [("Orléans", (300, 150))]) == ()


points = st.tuples(st.floats(), st.floats()) | st.tuples(st.just(""), st.none())


@given(st.lists(st.tuples(points, points), max_size=8))
def test_no_coordinate_breaks_the_map(rows: list[tuple[Any, Any]]) -> None:
    map = moves_of([samples.moved(n, *pair) for n, pair in enumerate(rows)])
    if map is None:
        return
    told = [arrow.number for arrow in map.arrows] + [cross.number for cross in map.crosses]
    assert sorted([*told, *map.absent]) == list(range(1, len(rows) + 1))
    for arrow in map.arrows:
        for x, y in ((arrow.x1, arrow.y1), (arrow.x2, arrow.y2)):
            assert -0.1 <= x <= WIDTH + 0.1 and -0.1 <= y <= map.height + 0.1
        assert not math.isnan(arrow.x1 + arrow.y1 + arrow.x2 + arrow.y2)


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_missing_parts_are_fine(value: Any) -> None:
    parts = dict.fromkeys(samples.location(), value)
    found = location_of({"localisation": parts, "precisions": value}, "")
    assert (found.total, found.moved, found.tasks, found.map) == (0, (), (), None)
    row = dict.fromkeys(samples.moved(1, ORLEANS, NEAR), value)
    Page(html(deplaces={"nombre": 1, "lignes": [row]}))

"""Links, words, the summary and the map: the parts the pages are made of."""

import math
import re

import pytest
import site_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from opendata.language import Text
from opendata.schema import table_schema
from opendata.site import labels, links, summary, wording
from opendata.site.sketch import outline_of


@pytest.mark.parametrize("url", ["https://a.example/", "http://b.example/x?y=1#z", "HTTPS://C.fr"])
def test_web_addresses_are_linked(url: str) -> None:
    assert links.web_url(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        None,
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "java\nscript:alert(1)",
        "https://",
        "http:///x",
        "www.a.example",
        "https://a b",
        "https://[",
        'https://a/"onclick="x',
        "file:///etc/passwd",
        "vbscript:x",
        12,
        "https://a/\x00",
    ],
)
def test_anything_else_stays_text(url: object) -> None:
    assert links.web_url(url) == ""


@pytest.mark.parametrize("path", ["../../index.html", "releases/2026-11-23/", "a/index.html"])
def test_relative_paths_are_linked(path: str) -> None:
    assert links.relative_path(path) == path


@pytest.mark.parametrize("path", ["", "/etc", "//h/x", "javascript:x", "a/../b", "https://a/"])
def test_other_paths_are_not(path: str) -> None:
    assert links.relative_path(path) == ""


def test_contact_phone_and_hours() -> None:
    assert links.contact_href("donnees@region.example") == "mailto:donnees@region.example"
    assert links.contact_href("javascript:x@y.z") == ""
    assert links.contact_href("Madame la Directrice") == ""
    assert links.phone_shown("+33238000001") == "02\u00a038\u00a000\u00a000\u00a001"
    assert (links.phone_shown("+262692000000"), links.phone_href("3631")) == ("+262692000000", "")
    shown = links.hours_shown("Mo-Fr 09:00-12:00; PH off")
    assert shown.fr.replace("\u2060", "") == "lun–ven 09:00–12:00; jours fériés fermé"
    assert shown.en.replace("\u2060", "") == "Mon–Fri 09:00–12:00; public holidays closed"


def test_numbers_in_both_languages() -> None:
    assert wording.number(1234567) == ("1\u202f234\u202f567", "1,234,567")
    assert wording.number(None) == wording.number("x") == wording.number(math.nan) == ("–", "–")
    assert wording.counted(1, "lieu|lieux", "place|places") == ("1\u00a0lieu", "1 place")
    assert wording.counted(0, "lieu|lieux", "place|places") == ("0\u00a0lieu", "0 places")
    assert wording.counted(52, "fois", "time|times") == ("52\u00a0fois", "52 times")
    assert "1,2\u00a0Mo" in wording.size_html(1_204_400)
    assert wording.signed_html(0, "+") == "0"
    assert wording.signed_html(12, "+") == "+12"


def test_a_percentage_says_all_or_nothing_only_when_it_is_so() -> None:
    assert wording.percent(99.99) == ("99,9\u00a0%", "99.9%")
    assert wording.percent(0.001).en == "0.1%"
    assert (wording.percent(100).en, wording.percent(0).en) == ("100%", "0%")
    assert (wording.share(1, 0), wording.share(1, 4)) == (None, 25)


def test_dates() -> None:
    assert wording.day("2026-11-01T03:00:00Z") == ("1er novembre 2026", "1 November 2026")
    assert wording.day("un jour") == ("un jour", "un jour")
    assert wording.day("") == ("–", "–")


def test_the_state_says_what_needs_a_person() -> None:
    state = summary.state_of(samples.report())
    assert not state.calm
    for part in ("1 source is on its last good copy", "65 rows are in quarantine", "62 errors"):
        assert part in state.sentence.en
    assert "1\u00a0source n'est pas publiée" in state.sentence.fr


def test_all_is_well_when_it_is() -> None:
    calm = {"sources": [samples.source("a", "a_jour", 3, 2, 1, 0, 0)]}
    calm["total"] = {"lignes_lues": 3, "publiees": 2, "fusionnees": 1}  # type: ignore[assignment]
    state = summary.state_of(calm)
    assert state.calm
    assert state.sentence.fr.startswith("Tout va bien")
    assert summary.state_of({}).calm


def test_a_lost_row_is_told() -> None:
    report = samples.report()
    report["sources"][0]["publiees"] -= 1
    assert summary.unbalanced(report) == ["essai-region"]
    assert "1 row count does not add up" in summary.state_of(report).sentence.en
    assert "≠" in summary.equation({"lignes_lues": 2, "publiees": 1}).fr


def test_an_outline_keeps_land_and_places_inside() -> None:
    points = [(row["latitude"], row["longitude"]) for row in map(samples.row, range(200))]
    drawn = outline_of(samples.outlines(), points)
    assert drawn is not None and drawn.land.count("M") == 2
    pairs = re.findall(r"[ML](-?\d+) (-?\d+)", drawn.land + drawn.few + drawn.many)
    assert all(0 <= int(x) <= drawn.width and 0 <= int(y) <= drawn.height for x, y in pairs)


def test_north_is_up_and_east_is_right() -> None:
    drawn = outline_of(None, [(48.0, 1.0), (47.0, 2.0)])
    assert drawn is not None and drawn.land == ""
    (x1, y1), (x2, y2) = re.findall(r"M(\d+) (\d+)", drawn.many)
    assert int(x1) < int(x2) and int(y1) < int(y2)


def test_the_overseas_do_not_make_the_rest_a_dot() -> None:
    mainland = [(47.0 + n / 10, 2.0) for n in range(9)]
    drawn = outline_of(None, [*mainland, (-21.1, 55.5)])
    assert drawn == outline_of(None, mainland)
    assert outline_of(None, [(-21.1, 55.5), (-21.2, 55.4)]) is not None


def test_shapes_of_a_part_of_the_territory_are_left_out() -> None:
    far = [(44.0, 5.0 + n / 10) for n in range(9)]
    drawn = outline_of(samples.outlines(), far)
    assert drawn is not None and drawn.land == ""
    assert outline_of(None, []) is None
    assert outline_of({"features": [{"geometry": None}]}, [(math.nan, 1.0)]) is None


def test_many_places_are_gathered_on_a_grid() -> None:
    points = [(42 + n % 90 / 10, -4 + n // 90 / 10) for n in range(90 * 120)]
    drawn = outline_of(None, points + points[:200] * 5)
    assert drawn is not None and drawn.few and drawn.many
    assert (drawn.few + drawn.many).count("M") <= 91 * 91 < len(points)


coordinates = st.tuples(
    st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True)
)


@given(st.lists(coordinates, max_size=6))
def test_no_coordinate_breaks_an_outline(points: list[tuple[float, float]]) -> None:
    drawn = outline_of(None, points)
    assert drawn is None or (drawn.width > 0 and "nan" not in drawn.many)


def test_stable_addresses_in_code_can_be_completed() -> None:
    shown = links.addressed('read("latest/lieux.csv") < x/latest/a.csv')
    assert shown == (
        'read(&#34;<span data-address="latest/lieux.csv">latest/lieux.csv</span>&#34;)'
        " &lt; x/latest/a.csv"
    )


def test_a_text_is_written_once_when_both_languages_agree() -> None:
    assert wording.both("Tours", "Tours") == "Tours"
    assert wording.both("<b>", "") == "&lt;b&gt;"
    assert wording.both(*Text("Où ?", "Where?")) == (
        '<span class="t" lang="fr">Où\u00a0?</span><span class="t" lang="en">Where?</span>'
    )


def test_every_state_of_a_source_has_its_words() -> None:
    etat = next(field for field in table_schema("sources")["fields"] if field["name"] == "etat")
    assert set(labels.STATES) == set(etat["constraints"]["enum"])

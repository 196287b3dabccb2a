"""Links, words, the summary and the map: the parts the pages are made of."""

import math

import pytest
import site_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from opendata.language import Text
from opendata.site import links, summary, wording
from opendata.site.sketch import WIDTH, sketch_of


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


def test_the_map_keeps_every_point_inside() -> None:
    sketch = sketch_of([samples.row(index) for index in range(200)])
    assert sketch is not None
    marks = [mark for mark in sketch.marks if mark is not None]
    assert len(marks) == 200
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.y <= sketch.height for mark in marks)
    assert sum(sketch.count(kind) for kind in (0, 1, 2)) == 200
    assert sketch.towns and sketch.lines
    assert sketch.scale_km in (20, 50)


def test_north_is_up_and_east_is_right() -> None:
    north_west = samples.row(0, latitude=48.0, longitude=1.0)
    south_east = samples.row(1, latitude=47.0, longitude=2.0)
    sketch = sketch_of([north_west, south_east])
    assert sketch is not None
    first, second = sketch.marks
    assert first is not None and second is not None
    assert first.x < second.x and first.y < second.y


def test_rows_without_a_point_are_left_off_the_map() -> None:
    blank = samples.row(0, latitude="", longitude=None)
    wrong = samples.row(1, latitude="47,9", longitude="x")
    nowhere = samples.row(2, latitude=math.nan, longitude=math.nan)
    assert sketch_of([blank, wrong, nowhere]) is None
    sketch = sketch_of([blank, samples.row(3, latitude=0.0, longitude=0.0)])
    assert sketch is not None
    assert [mark is None for mark in sketch.marks] == [True, False]


coordinates = st.tuples(
    st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True)
)


@given(st.lists(coordinates, max_size=6))
def test_no_coordinate_breaks_the_map(points: list[tuple[float, float]]) -> None:
    rows = [samples.row(n, latitude=y, longitude=x) for n, (y, x) in enumerate(points)]
    sketch = sketch_of(rows)
    for mark in sketch.marks if sketch else ():
        assert mark is None or (0 <= mark.x <= WIDTH and 0 <= mark.y <= sketch.height)  # type: ignore[union-attr]


def test_a_text_is_written_once_when_both_languages_agree() -> None:
    assert wording.both("Tours", "Tours") == "Tours"
    assert wording.both("<b>", "") == "&lt;b&gt;"
    assert wording.both(*Text("Où ?", "Where?")) == (
        '<span class="t" lang="fr">Où\u00a0?</span><span class="t" lang="en">Where?</span>'
    )

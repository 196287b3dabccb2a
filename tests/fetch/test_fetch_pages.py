"""APIs that answer page by page, POST requests, and errors told with a status of 200."""

import json
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from tests.builders import edit_source, small_source
from werkzeug import Request, Response

from opendata.catalog import load_source
from opendata.catalog.request import PAGING_KEYS
from opendata.errors import CatalogError, FetchError
from opendata.fetch import deposit, fetch
from opendata.fetch.pages import Paging, with_parameters
from opendata.mapping import apply_mapping
from opendata.model import FetchOutcome, Rule, Source
from opendata.paths import Paths
from opendata.read import read

Run = Callable[[Source], FetchOutcome]
Make = Callable[..., Source]

OFFSET = {
    "style": "offset",
    "limit": "limit",
    "offset": "offset",
    "size": 2,
    "total": "total_count",
    "records": "results",
}
PLACES = [{"id": n, "nom": f"Médiathèque {n}"} for n in range(1, 6)]


def server_of(places: list[dict[str, Any]], *, total: int | None = None) -> Callable[..., Response]:
    """An API in the manner of OpenDataSoft v2.1."""

    def answer(request: Request) -> Response:
        first = int(request.args["offset"])
        some = places[first : first + int(request.args["limit"])]
        count = len(places) if total is None else total
        return Response(json.dumps({"total_count": count, "results": some}))

    return answer


def answers(httpserver: HTTPServer, documents: Iterable[object]) -> None:
    """One answer per request, whatever is asked."""
    for document in documents:
        httpserver.expect_ordered_request("/api").respond_with_json(document)


def kept(outcome: FetchOutcome) -> list[dict[str, Any]]:
    assert outcome.error_fr == ""
    records: list[dict[str, Any]] = json.loads(outcome.snapshots[0].path.read_text("utf-8"))
    return records


@pytest.fixture
def paged(make_source: Make, httpserver: HTTPServer) -> Callable[..., Source]:
    def make(path: str = "/api", *, max_bytes: int = 10_000, **paging: object) -> Source:
        url = httpserver.url_for(path)
        return make_source(url=url, format="json", paging=paging or OFFSET, max_bytes=max_bytes)

    return make


# -- each style --------------------------------------------------------------


def test_offset_pages_become_one_canonical_list(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    httpserver.expect_request("/api").respond_with_handler(server_of(PLACES))
    outcome = run(paged("/api?where=a%20b"))
    assert kept(outcome) == PLACES
    asked = [request.query_string.decode() for request, _ in httpserver.log]
    assert asked == [f"where=a%20b&limit=2&offset={n}" for n in (0, 2, 4)]
    (snapshot,) = outcome.snapshots
    lines = snapshot.path.read_text("utf-8").splitlines()
    assert lines[:2] == ["[", '{"id":1,"nom":"Médiathèque 1"},']
    assert (snapshot.via, snapshot.path.suffix) == ("http", ".json")


def test_unchanged_pages_store_nothing_new_and_are_always_asked_for(
    httpserver: HTTPServer, paged: Make, run: Run, raw: Path
) -> None:
    def answer(request: Request) -> Response:
        assert "If-None-Match" not in request.headers
        page = server_of([dict(reversed(place.items())) for place in PLACES])(request)
        page.headers["ETag"] = '"v1"'
        return page

    httpserver.expect_ordered_request("/api").respond_with_handler(server_of(PLACES))
    httpserver.expect_ordered_request("/api").respond_with_handler(server_of(PLACES))
    httpserver.expect_ordered_request("/api").respond_with_handler(server_of(PLACES))
    for _ in range(3):
        httpserver.expect_ordered_request("/api").respond_with_handler(answer)
    first, second = run(paged()), run(paged())
    assert (first.changed, second.changed, second.error_fr) == (True, False, "")
    assert len(httpserver.log) == 6
    assert len(list(raw.glob("*Z-*.json.json"))) == 1


def test_page_numbers(httpserver: HTTPServer, paged: Make, run: Run) -> None:
    def answer(request: Request) -> Response:
        page, size = int(request.args["page"]), int(request.args["page_size"])
        some = PLACES[(page - 1) * size : page * size]
        return Response(json.dumps({"data": some, "meta": {"total": len(PLACES)}}))

    httpserver.expect_request("/api").respond_with_handler(answer)
    paging = {"style": "page", "page": "page", "limit": "page_size", "size": 3}
    source = paged(**paging, total="meta.total", records="data")
    assert kept(run(source)) == PLACES
    assert [request.args["page"] for request, _ in httpserver.log] == ["1", "2"]


def test_pages_without_a_total_end_with_an_empty_one(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    answers(httpserver, [PLACES[:2], PLACES[2:], []])
    assert kept(run(paged(style="page", page="p", first=0))) == PLACES
    assert [request.args["p"] for request, _ in httpserver.log] == ["0", "1", "2"]


@pytest.mark.parametrize("relative", [True, False])
def test_links_to_the_next_page(
    httpserver: HTTPServer, paged: Make, run: Run, relative: bool
) -> None:
    base = "" if relative else httpserver.url_for("/api")
    answers(
        httpserver,
        [
            {"data": PLACES[:3], "links": {"next": f"{base}?suite=b"}},
            {"data": PLACES[3:], "links": {"next": None}},
        ],
    )
    source = paged(style="next", next="links.next", records="data", limit="n", size=3)
    assert kept(run(source)) == PLACES
    asked = [request.query_string.decode() for request, _ in httpserver.log]
    assert asked == ["n=3", "suite=b"]


def test_tokens_of_the_next_page(httpserver: HTTPServer, paged: Make, run: Run) -> None:
    answers(httpserver, [{"d": PLACES[:3], "next": "x=/1"}, {"d": PLACES[3:], "next": ""}])
    source = paged(style="next", next="next", token="cursor", records="d", limit="n", size=3)
    assert kept(run(source)) == PLACES
    assert dict(httpserver.log[1][0].args) == {"cursor": "x=/1", "n": "3"}


def test_the_secrets_do_not_follow_a_link_to_another_host(
    httpserver: HTTPServer, make_source: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLE_ESSAI", "s3cret")
    elsewhere = httpserver.url_for("/suite").replace("127.0.0.1", "localhost")
    httpserver.expect_request("/api").respond_with_json({"d": PLACES[:3], "next": elsewhere})
    httpserver.expect_request("/suite").respond_with_json({"d": PLACES[3:]})
    headers = {"X-Key": "env:CLE_ESSAI", "X-Open": "1"}
    paging = {"style": "next", "next": "next", "records": "d"}
    url = httpserver.url_for("/api")
    assert kept(run(make_source(url=url, format="json", paging=paging, headers=headers))) == PLACES
    here, there = (request.headers for request, _ in httpserver.log)
    assert (here["X-Key"], here["X-Open"]) == ("s3cret", "1")
    assert "X-Key" not in there and there["X-Open"] == "1"


def range_server(request: Request) -> Response:
    assert request.headers["Prefer"] == "count=exact"
    if "limit" in request.args:
        first = int(request.args["offset"])
        last = first + int(request.args["limit"]) - 1
    else:
        assert request.headers["Range-Unit"] == "items"
        first, last = map(int, request.headers["Range"].split("-"))
    some = PLACES[first : last + 1]
    return Response(
        json.dumps(some),
        status=206 if len(some) < len(PLACES) else 200,
        headers={"Content-Range": f"{first}-{first + len(some) - 1}/{len(PLACES)}"},
    )


@pytest.mark.parametrize("parameters", [{}, {"limit": "limit", "offset": "offset"}])
def test_ranges(httpserver: HTTPServer, paged: Make, run: Run, parameters: dict[str, str]) -> None:
    httpserver.expect_request("/api").respond_with_handler(range_server)
    assert kept(run(paged(style="range", size=2, **parameters))) == PLACES
    assert len(httpserver.log) == 3


def test_a_range_without_its_header_is_refused(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    answers(httpserver, [PLACES])
    assert "Content-Range" in run(paged(style="range", size=2)).error_fr


def test_a_server_that_gives_fewer_than_asked_is_followed(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    def answer(request: Request) -> Response:
        first = int(request.args["offset"])
        return Response(json.dumps({"total_count": 5, "results": PLACES[first : first + 2]}))

    httpserver.expect_request("/api").respond_with_handler(answer)
    assert kept(run(paged(**{**OFFSET, "size": 100}))) == PLACES


def test_nothing_at_all_is_an_empty_list(httpserver: HTTPServer, paged: Make, run: Run) -> None:
    answers(httpserver, [{"total_count": 0, "results": []}])
    assert kept(run(paged())) == []


def test_values_keep_their_spelling(httpserver: HTTPServer, paged: Make, run: Run) -> None:
    body = b'{"total_count": 1, "results": [{"b": 1.50, "a": [1e3, null, "\\ud83d"]}]}'
    httpserver.expect_request("/api").respond_with_data(body)
    text = run(paged()).snapshots[0].path.read_text("utf-8")
    assert text == '[\n{"a":[1e3,null,"\\ud83d"],"b":1.50}\n]\n'


# -- never a list cut short --------------------------------------------------


def test_a_page_that_fails_once_is_asked_again(
    httpserver: HTTPServer, paged: Make, run: Run, waits: list[float]
) -> None:
    serve = server_of(PLACES[:4])
    httpserver.expect_ordered_request("/api").respond_with_handler(serve)
    httpserver.expect_ordered_request("/api").respond_with_data(status=500)
    httpserver.expect_ordered_request("/api").respond_with_handler(serve)
    assert kept(run(paged())) == PLACES[:4]
    assert len(waits) == 1


def page(first: int, last: int, total: int = 5) -> dict[str, Any]:
    return {"total_count": total, "results": PLACES[first:last]}


NOT_WHOLE = [
    ("total changed", [page(0, 2), page(2, 4, 6)], ("de 5 à 6", "page 2")),
    ("page repeated", [page(0, 2), page(0, 2)], ("page 2", "répète")),
    ("too few", [page(0, 2), page(2, 4), page(5, 5)], ("après 4", "5 étaient annoncés")),
    ("no total", [{"results": PLACES}], ("total_count", "fetch.paging")),
    ("no list", [{"total_count": 5, "resultats": PLACES}], ("results", "resultats")),
    ("a list", [PLACES], ("total_count",)),
]


@pytest.mark.parametrize(
    ("documents", "words"),
    [case[1:] for case in NOT_WHOLE],
    ids=[case[0] for case in NOT_WHOLE],
)
def test_what_does_not_add_up_is_refused_and_the_last_copy_stays(
    httpserver: HTTPServer,
    paged: Make,
    run: Run,
    raw: Path,
    documents: list[object],
    words: tuple[str, ...],
) -> None:
    answers(httpserver, [page(0, 2, 2), *documents])
    first, second = run(paged()), run(paged())
    assert second.snapshots == first.snapshots
    assert second.stale_since and second.error_en
    assert all(word in second.error_fr for word in ("lieux-test", *words)), second.error_fr
    assert not list(raw.glob("*.part"))


def test_more_than_announced_is_refused(httpserver: HTTPServer, paged: Make, run: Run) -> None:
    answers(httpserver, [page(0, 2, 3), {"total_count": 3, "results": PLACES[2:4]}])
    assert "4 enregistrements sont reçus et 3" in run(paged()).error_fr


def test_an_empty_page_that_links_further_is_refused(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    answers(httpserver, [{"d": PLACES, "next": "?p=2"}, {"d": [], "next": "?p=3"}])
    assert "d'autres suivent" in run(paged(style="next", next="next", records="d")).error_fr


def test_links_that_end_before_the_total_are_refused(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    answers(httpserver, [{"d": PLACES, "n": 9}])
    source = paged(style="next", next="next", records="d", total="n")
    assert "9 étaient annoncés" in run(source).error_fr


def test_a_record_given_twice_is_refused_when_its_key_is_known(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    shuffled = [*PLACES[:3], PLACES[0], PLACES[4]]
    httpserver.expect_request("/api").respond_with_handler(server_of(shuffled))
    assert kept(run(paged())) == shuffled
    error = run(paged(**OFFSET, key="id")).error_fr
    assert "id = 1" in error and "tri" in error


def test_a_page_that_always_fails_keeps_the_last_copy(
    httpserver: HTTPServer, paged: Make, run: Run, raw: Path, waits: list[float]
) -> None:
    answers(httpserver, [page(0, 2, 2), page(0, 2)])
    for _ in range(4):
        httpserver.expect_ordered_request("/api").respond_with_data(status=502)
    first, second = run(paged()), run(paged())
    assert second.snapshots == first.snapshots
    assert "502" in second.error_fr and "page 2" in second.error_fr
    assert len(waits) == 3
    assert not list(raw.glob("*.part"))


@pytest.mark.parametrize("bound", [60, 150])
def test_the_bound_is_that_of_all_pages(
    httpserver: HTTPServer, paged: Make, run: Run, bound: int
) -> None:
    httpserver.expect_request("/api").respond_with_handler(server_of(PLACES))
    assert "fetch.max_bytes" in run(paged(max_bytes=bound)).error_fr


def test_the_bound_counts_what_is_received_and_not_kept(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    answers(httpserver, [{**page(n, n + 2, 4), "facets": "x" * 300} for n in (0, 2)])
    assert "fetch.max_bytes" in run(paged(max_bytes=600)).error_fr


def test_a_page_that_is_not_json_is_said(httpserver: HTTPServer, paged: Make, run: Run) -> None:
    httpserver.expect_request("/api").respond_with_data("<html>")
    assert "pas du JSON" in run(paged()).error_fr


# -- the ceiling of OpenDataSoft ---------------------------------------------


def test_beyond_the_ceiling_the_export_is_named(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    answers(httpserver, [page(0, 2, 10_001)])
    error = run(paged(**OFFSET, ceiling=10_000)).error_fr
    assert "10001" in error and "/exports/json" in error
    assert len(httpserver.log) == 1


def test_the_last_page_stays_under_the_ceiling(
    httpserver: HTTPServer, paged: Make, run: Run
) -> None:
    def answer(request: Request) -> Response:
        first, limit = int(request.args["offset"]), int(request.args["limit"])
        if first + limit > 5:
            return Response(status=400)
        return server_of(PLACES)(request)

    httpserver.expect_request("/api").respond_with_handler(answer)
    assert kept(run(paged(**OFFSET, ceiling=5))) == PLACES
    error = run(paged()).error_fr
    assert "400" in error and "/exports/json" in error and "page 3" in error


# -- POST and told errors ----------------------------------------------------

QUERY = '[out:json];area["ISO3166-2"="FR-CVL"]->.a;nwr(area.a)[amenity=library];out center;'
ELEMENTS = [
    {"type": "node", "id": 1, "lat": 47.9, "lon": 1.9, "tags": {"name": "A", "addr:city": "Blois"}},
    {"type": "way", "id": 2, "center": {"lat": 47.5, "lon": 1.5}, "tags": {"name": "B"}},
]


def test_a_form_is_posted_and_its_answer_read(
    httpserver: HTTPServer, make_source: Make, run: Run
) -> None:
    httpserver.expect_request("/api", method="POST").respond_with_json(
        {"elements": ELEMENTS}, headers={"ETag": '"v1"'}
    )
    source = make_source(
        url=httpserver.url_for("/api") + "#centre",
        format="json",
        records="elements.*",
        method="POST",
        form={"data": QUERY},
        error_path="remark",
    )
    outcome = run(source)
    request = httpserver.log[0][0]
    assert request.form["data"] == QUERY
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    table, _, _ = read(outcome.snapshots[0].path, source.fetch)
    assert list(table["tags.addr:city"]) == ["Blois", ""]
    rules = {
        "id": (Rule("join", ("type", "id"), separator="/"),),
        "latitude": (Rule("first_of", ("lat", "center.lat")),),
    }
    mapped, _ = apply_mapping(table, replace(source, mapping=rules))
    assert list(mapped["id"]) == ["node/1", "way/2"]
    assert list(mapped["latitude"]) == ["47.9", "47.5"]
    # Asked again without condition: no validator speaks of the answer to a POST.
    assert not run(source).changed
    assert "If-None-Match" not in httpserver.log[1][0].headers


def test_a_body_is_posted_as_it_stands(httpserver: HTTPServer, make_source: Make, run: Run) -> None:
    httpserver.expect_request("/api", method="POST").respond_with_json(PLACES)
    headers = {"Content-Type": "application/json"}
    url = httpserver.url_for("/api")
    body = '{"q": "médiathèque"}'
    run(make_source(url=url, format="json", method="POST", body=body, headers=headers))
    request = httpserver.log[0][0]
    assert request.data == body.encode()
    assert request.headers["Content-Type"] == "application/json"


def test_pages_can_be_posted_for(httpserver: HTTPServer, make_source: Make, run: Run) -> None:
    httpserver.expect_request("/api", method="POST").respond_with_handler(server_of(PLACES))
    url = httpserver.url_for("/api")
    source = make_source(url=url, format="json", method="POST", form={"q": "a"}, paging=OFFSET)
    assert kept(run(source)) == PLACES
    assert all(request.form["q"] == "a" for request, _ in httpserver.log)


REMARK = 'runtime error: Query timed out in "query" at line 1 after 26 seconds.'


def test_a_remark_refuses_the_answer(
    httpserver: HTTPServer, make_source: Make, run: Run, waits: list[float]
) -> None:
    answers(httpserver, [{"elements": ELEMENTS}, {"elements": ELEMENTS[:1], "remark": REMARK}])
    url = httpserver.url_for("/api")
    source = make_source(url=url, format="json", method="POST", body="x", error_path="remark")
    first, second = run(source), run(source)
    assert second.snapshots == first.snapshots
    assert "Query timed out" in second.error_fr and "remark" in second.error_fr
    assert waits == []


def test_a_told_error_refuses_a_page_and_a_deposit(
    httpserver: HTTPServer, make_source: Make, run: Run, paths: Paths, tmp_path: Path
) -> None:
    told = {"error": {"message": "trop"}, "total_count": 5, "results": PLACES}
    answers(httpserver, [told])
    url = httpserver.url_for("/api")
    source = make_source(url=url, format="json", paging=OFFSET, error_path="error.message")
    assert "trop" in run(source).error_fr
    file = tmp_path / "x.json"
    file.write_text(json.dumps(told))
    with pytest.raises(FetchError, match="trop"):
        deposit(source, file, paths)
    file.write_text(json.dumps(PLACES))
    assert deposit(source, file, paths).via == "deposit"


@pytest.mark.parametrize("status", [429, 504])
def test_a_busy_server_is_given_time(
    httpserver: HTTPServer, make_source: Make, run: Run, waits: list[float], status: int
) -> None:
    for _ in range(3):
        httpserver.expect_ordered_request("/api").respond_with_data(status=status)
    httpserver.expect_ordered_request("/api").respond_with_json(PLACES)
    url = httpserver.url_for("/api")
    assert run(make_source(url=url, format="json", method="POST", form={"data": "x"})).changed
    assert [int(wait / 5) * 5 for wait in waits] == [15, 30, 60]


# -- mirror, deposits only, and the catalogue --------------------------------


def test_the_mirror_holds_the_whole_answer(make_source: Make, paths: Paths, tmp_path: Path) -> None:
    folder = tmp_path / "miroir"
    folder.mkdir()
    url = "https://overpass.exemple.fr/api/interpreter"
    for name in ("a", "b"):
        (folder / f"{name}.json").write_text(json.dumps([{"id": name}]))
    (folder / "mirror.toml").write_text(
        "".join(f'[[file]]\nurl = "{url}#{name}"\npath = "{name}.json"\n' for name in ("a", "b"))
    )
    for name, options in (
        ("a", {"paging": OFFSET}),
        ("b", {"method": "POST", "form": {"data": "x"}, "error_path": "remark"}),
    ):
        source = make_source(url=f"{url}#{name}", format="json", **options)
        snapshot = fetch(source, replace(paths, mirror=folder)).snapshots[0]
        assert json.loads(snapshot.path.read_text()) == [{"id": name}]
        assert snapshot.via == "mirror"


def test_a_source_without_origin_awaits_a_deposit_then_keeps_it(
    make_source: Make, paths: Paths, run: Run, raw: Path, tmp_path: Path, csv: bytes
) -> None:
    source = make_source()
    waiting = run(source)
    assert (waiting.snapshots, waiting.changed, waiting.stale_since) == ((), False, None)
    assert "attend un dépôt : opendata deposit lieux-test FICHIER" in waiting.error_fr
    assert "awaits a deposit" in waiting.error_en
    assert not raw.exists()
    file = tmp_path / "recu.csv"
    file.write_bytes(csv)
    given = deposit(source, file, paths)
    for mirror in (None, tmp_path):
        outcome = fetch(source, replace(paths, mirror=mirror))
        assert outcome == FetchOutcome("lieux-test", (given,), changed=False)


def test_the_catalogue_knows_the_keys_of_paging() -> None:
    known = {"style"}.union(*(set(needed) | set(others) for needed, others in PAGING_KEYS.values()))
    assert known == {field.name for field in fields(Paging)}


@pytest.fixture
def catalogued(paths: Paths) -> Callable[[str], Source]:
    def load(lines: str) -> Source:
        (paths.catalog / "sources").mkdir(exist_ok=True)
        small_source(paths)
        edit_source(paths, "essai", 'file = "essai.csv"\nformat = "csv"', lines)
        return load_source("essai", paths)

    return load


URL = 'url = "https://exemple.fr/api"\n'


def test_the_keys_of_a_request_are_read(catalogued: Callable[[str], Source]) -> None:
    assert not catalogued("").fetch.url
    source = catalogued(
        f'{URL}paging = {{ style = "page", page = "page", total = "total", records = "items" }}'
    )
    assert Paging(**source.fetch.paging).first == 1
    source = catalogued(f'{URL}method = "POST"\nform = {{ data = "x" }}\nerror_path = "remark"')
    assert (source.fetch.method, dict(source.fetch.form)) == ("POST", {"data": "x"})
    assert source.fetch.error_path == "remark"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('method = "PUT"', ("fetch.method", "PUT", "POST")),
        ('form = { data = "x" }', ("fetch.form", "method")),
        ('method = "POST"\nbody = "x"\nform = { data = "x" }', ("body", "form")),
        ('method = "POST"\nform = { data = 1 }', ("fetch.form.data", "1")),
        ('paging = { style = "pages" }', ("fetch.paging.style", "pages", "« page »")),
        ('paging = { limit = "limit" }', ("fetch.paging.style",)),
        ('paging = { style = "offset", limit = "l", size = 9 }', ("fetch.paging.offset",)),
        ('paging = { style = "page", page = "p", limit = "l" }', ("fetch.paging.size",)),
        ('paging = { style = "range", size = 9, limit = "l" }', ("fetch.paging.offset",)),
        ('paging = { style = "range", size = 9, offset = "l" }', ("fetch.paging.limit",)),
        ('paging = { style = "page", page = "p", next = "n" }', ("fetch.paging", "next")),
        ('paging = { style = "range", size = 0 }', ("fetch.paging.size", "0")),
        ('paging = { style = "range", sise = 9 }', ("fetch.paging.sise", "« size »")),
        ('format = "csv"\npaging = { style = "range", size = 9 }', ("fetch.format", "csv")),
    ],
)
def test_a_mistake_in_a_request_is_said(
    catalogued: Callable[[str], Source], lines: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(CatalogError) as caught:
        catalogued(URL + lines)
    assert all(word in caught.value.fr for word in words), caught.value.fr


@pytest.mark.parametrize("lines", ['method = "POST"', 'paging = { style = "range", size = 9 }'])
def test_a_request_needs_an_address(catalogued: Callable[[str], Source], lines: str) -> None:
    with pytest.raises(CatalogError, match=r"fetch\.url"):
        catalogued(lines)


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("https://x.fr", "https://x.fr?page=2"),
        ("https://x.fr/a?page=1&b=é#c", "https://x.fr/a?b=é&page=2#c"),
        ("https://x.fr/a?p%61ge=1&&c", "https://x.fr/a?c&page=2"),
    ],
)
def test_parameters_are_set_and_the_others_kept(url: str, made: str) -> None:
    assert with_parameters(url, {"page": "2"}) == made

"""The second opinion: what is asked, what is accepted, and every way a service can misbehave."""

import gzip
import logging
import math
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pandas as pd
import pytest
import requests

from opendata.errors import UsageError
from opendata.geocode.service import Answers, Service, second_opinion
from opendata.geocode.service.batches import batches, csv_of, questions
from tests.geocode.fake_service import ADDOK_RESULTS, FakeService, Reply, Row, place, serving

RUE = place(
    "12 Rue des Acacias 45000 Orléans",
    "45234",
    longitude="1.909251",
    latitude="47.902964",
    score="0.9788990909090908",
    result_id="45234_0020_00012",
    result_housenumber="12",
    result_name="12 Rue des Acacias",
    result_street="Rue des Acacias",
)
FOUND = ["longitude", "latitude", "precision", "score", "label", "voie", "numero"]
FOUND += ["code_insee", "ban_id"]


class Clock:
    """Time passes only while one sleeps, or as much as ``step`` per look."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 1000.0, step
        self.waits: list[float] = []

    def __call__(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def fake() -> Iterator[FakeService]:
    with serving() as service:
        yield service


@pytest.fixture
def clock() -> Clock:
    return Clock()


def queries(*addresses: str, **columns: Any) -> pd.DataFrame:
    """Rows 10, 11… of Orléans."""
    table = {"commune": "Orléans", "code_postal": "45000", "code_insee": "45234", **columns}
    rows = pd.DataFrame({"adresse": list(addresses), **table}, dtype="str")
    return rows.set_axis(range(10, 10 + len(addresses)))


def numbered(fake: FakeService, count: int) -> pd.DataFrame:
    """``count`` addresses that the service knows."""
    addresses = [f"{number} rue des Acacias" for number in range(1, count + 1)]
    fake.places |= {address: RUE | {"result_label": address} for address in addresses}
    return queries(*addresses)


def equal(ours: pd.Series, theirs: pd.Series) -> pd.Series:
    return ours == theirs


def ask(fake: FakeService, rows: pd.DataFrame, clock: Clock, **settings: Any) -> Answers:
    service = Service(**{"name": "geoplateforme", "url": fake.url, **settings})
    answers = second_opinion(rows, service, equal, sleep=clock.sleep, clock=clock)
    accounted(answers, rows)
    return answers


def accounted(answers: Answers, rows: pd.DataFrame) -> None:
    """Every row is in exactly one place, and silence is always explained."""
    parts = [*answers.found.index, *answers.refused.index, *answers.unanswered]
    assert sorted(parts) == list(rows.index)
    assert (answers.problem is None) == answers.unanswered.empty
    assert list(answers.found.columns) == FOUND
    assert list(answers.refused.columns) == ["reason", "score", "label"]
    assert not any("Acacias" in text for text in answers.problem or ())


def refusals(answers: Answers) -> dict[int, str]:
    return answers.refused["reason"].to_dict()


# -- what is asked and what is accepted ----------------------------------------------------


def test_a_good_answer(fake: FakeService, clock: Clock) -> None:
    fake.places["12 rue des Acacias"] = RUE
    answers = ask(fake, queries("12 rue des Acacias"), clock)
    assert answers.found.to_dict("index") == {
        10: {
            "longitude": 1.909251,
            "latitude": 47.902964,
            "precision": "numero",
            "score": 0.9788990909090908,
            "label": "12 Rue des Acacias 45000 Orléans",
            "voie": "Rue des Acacias",
            "numero": "12",
            "code_insee": "45234",
            "ban_id": "45234_0020_00012",
        }
    }
    assert (answers.refused.empty, answers.problem, clock.waits) == (True, None, [])


def test_the_request(fake: FakeService, clock: Clock) -> None:
    ask(fake, queries('12 "bis"; rue\x1e des\nAcacias'), clock)
    (request,) = fake.requests
    assert request.content.decode() == (
        '"ligne","adresse","commune","code_postal","citycode"\n'
        '"1","12 ""bis""; rue des Acacias","Orléans","45000","45234"\n'
    )
    results = request.fields.pop("result_columns")
    assert {"latitude", "longitude", "result_score", "result_citycode"} < set(results)
    # Last: a cut last line then shows.
    assert results[-1] == "result_status"
    assert request.fields == {"columns": ["adresse", "commune"], "citycode": ["citycode"]}
    assert request.agent.startswith("opendata/")


def test_no_query_no_request(fake: FakeService, clock: Clock) -> None:
    answers = ask(fake, queries(), clock)
    assert (len(answers.found), len(answers.refused), fake.requests) == (0, 0, [])


def test_a_row_without_an_address_is_not_asked(fake: FakeService, clock: Clock) -> None:
    fake.places["12 rue des Acacias"] = RUE
    answers = ask(fake, queries("", "12 rue des Acacias", " - "), clock)
    assert refusals(answers) == {10: "introuvable", 12: "introuvable"}
    assert list(answers.found.index) == [11]
    assert fake.asked == [["1"]]


def test_the_same_question_is_asked_once(fake: FakeService, clock: Clock) -> None:
    fake.places["12 rue des Acacias"] = RUE
    rows = queries(*["12 rue des Acacias"] * 4, code_insee=["45234", "45234", "45232", "45234"])
    rows["code_postal"] = ["45000", "45100", "45000", "45000"]
    answers = ask(fake, rows, clock)
    assert fake.asked == [["1", "2"]]
    assert list(answers.found.index) == [10, 11, 13]
    assert refusals(answers) == {12: "autre_commune"}


def test_precisions(fake: FakeService, clock: Clock) -> None:
    fake.places = {
        "12 rue des Acacias": RUE | {"result_street": ""},
        "rue des Acacias": RUE | {"result_type": "street"},
        "Le Bourg": place(
            "Le Bourg 45000 Orléans", "45234", kind="locality", result_name="Le Bourg"
        ),
        "la mairie": place("Orléans", "45234", kind="municipality", score="0.99"),
        "la poste": place("La Poste", "45234", kind="poi"),
    }
    answers = ask(fake, queries(*fake.places), clock)
    assert answers.found[["precision", "voie", "numero"]].to_numpy().tolist() == [
        ["numero", "Rue des Acacias", "12"],
        ["voie", "Rue des Acacias", ""],
        ["lieu-dit", "Le Bourg", ""],
    ]
    assert refusals(answers) == {13: "introuvable", 14: "reponse_illisible"}


def test_ok_is_not_success(fake: FakeService, clock: Clock) -> None:
    fake.places = {
        "zzz": place("Rue Zola", "45234", kind="street", score="0.34"),
        "just": RUE | {"result_score": "0.7"},
        "almost": RUE | {"result_score": "0.69999"},
    }
    answers = ask(fake, queries("zzz", "just", "almost", "unknown"), clock)
    assert list(answers.found.index) == [11]
    assert answers.refused.fillna(-1).to_dict("index") == {
        10: {"reason": "score_trop_bas", "score": 0.34, "label": "Rue Zola"},
        12: {"reason": "score_trop_bas", "score": 0.69999, "label": RUE["result_label"]},
        13: {"reason": "introuvable", "score": -1, "label": ""},
    }


def test_the_right_street_of_another_commune(fake: FakeService, clock: Clock) -> None:
    fake.places["12 rue des Acacias"] = RUE | {"result_citycode": "45232"}
    rows = queries("12 rue des Acacias")
    assert refusals(ask(fake, rows, clock)) == {10: "autre_commune"}
    asked: list[list[list[str]]] = []

    def family(ours: pd.Series, theirs: pd.Series) -> pd.Series:
        asked.append([ours.tolist(), theirs.tolist()])
        return theirs.isin(["45232"])

    service = Service("geoplateforme", fake.url)
    answers = second_opinion(rows, service, family, sleep=clock.sleep, clock=clock)
    assert answers.found["code_insee"].tolist() == ["45232"]
    assert asked == [[["45234"], ["45232"]]]


def test_codes_are_text(fake: FakeService, clock: Clock) -> None:
    fake.places["3 rue du Lac"] = RUE | {
        "result_citycode": "01004",
        "result_id": "01004_0010_00003",
        "result_housenumber": "003",
    }
    rows = queries("3 rue du Lac", code_insee="01004", code_postal="01500")
    answers = ask(fake, rows, clock)
    assert fake.requests[0].rows[0]["citycode"] == "01004"
    assert fake.requests[0].rows[0]["code_postal"] == "01500"
    assert answers.found[["code_insee", "ban_id", "numero"]].to_numpy().tolist() == [
        ["01004", "01004_0010_00003", "003"]
    ]


def test_a_cedex_filters_nothing(fake: FakeService, clock: Clock) -> None:
    fake.places["12 rue des Acacias"] = RUE
    rows = queries("12 rue des Acacias", commune="ORLEANS CEDEX 2", code_postal="45069")
    answers = ask(fake, rows, clock)
    assert list(answers.found.index) == [10]
    assert "postcode" not in fake.requests[0].fields
    assert fake.requests[0].fields["citycode"] == ["citycode"]


def test_addok_without_filters(fake: FakeService, clock: Clock) -> None:
    """addok 1.3.2: no filter, no status, an empty street, an empty result for a low score."""
    fake.results = ADDOK_RESULTS
    cells = {"result_name": "Rue des Acacias", "result_score": "0.97"}
    fake.places = {
        "12 rue des Acacias": RUE | cells,
        "13 rue des Acacias": RUE | cells | {"result_citycode": "45232"},
        "zzz": {},
    }
    answers = ask(fake, queries(*fake.places), clock, name="addok", filters=False)
    assert answers.found[["voie", "numero", "precision", "score"]].to_numpy().tolist() == [
        ["Rue des Acacias", "12", "numero", 0.97]
    ]
    assert refusals(answers) == {11: "autre_commune", 12: "introuvable"}
    fields = fake.requests[0].fields
    assert "citycode" not in fields
    assert fields["delimiter"] == [","]


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"result_score": "1.2"}, id="score over one"),
        pytest.param({"result_score": "-0.9"}, id="negative score"),
        pytest.param({"result_score": "0,97"}, id="decimal comma"),
        pytest.param({"result_score": "nan"}, id="nan"),
        pytest.param({"result_score": "inf"}, id="infinite score"),
        pytest.param({"result_score": ""}, id="no score"),
        pytest.param({"latitude": ""}, id="no latitude"),
        pytest.param({"latitude": "inf"}, id="infinite"),
        pytest.param({"latitude": "1e999"}, id="overflow"),
        pytest.param({"latitude": "91"}, id="no such latitude"),
        pytest.param({"longitude": "1,9"}, id="comma in a longitude"),
        pytest.param({"longitude": "-180.5"}, id="no such longitude"),
        pytest.param({"latitude": "0", "longitude": "0.0"}, id="zero zero"),
        pytest.param({"result_type": "city"}, id="unknown type"),
        pytest.param({"result_citycode": "1004"}, id="lost zero"),
        pytest.param({"result_citycode": ""}, id="no commune"),
        pytest.param({"result_status": "peut-être"}, id="unknown status"),
    ],
)
def test_what_cannot_be_read(fake: FakeService, clock: Clock, cells: Row) -> None:
    fake.places = {"12 rue des Acacias": RUE | cells, "14 rue des Acacias": RUE}
    answers = ask(fake, queries(*fake.places), clock)
    assert refusals(answers) == {10: "reponse_illisible"}
    assert not math.isinf(answers.refused["score"][10])
    assert list(answers.found.index) == [11]
    assert len(fake.requests) == 1


def test_long_and_odd_addresses(fake: FakeService, clock: Clock) -> None:
    rows = queries("« 12 rue\u2028des Acacias", "x" * 300, "Œuvre", commune="Orléans " * 30)
    ask(fake, rows, clock)
    sent = [(row["adresse"], row["commune"]) for row in fake.requests[0].rows]
    assert sent[0][0] == "12 rue des Acacias"
    assert sent[2][0] == "Œuvre"
    assert max(len(f"{adresse} {commune}") for adresse, commune in sent) == 200


def test_batches(fake: FakeService, clock: Clock) -> None:
    rows = numbered(fake, 5)
    answers = ask(fake, rows, clock, batch_rows=2)
    assert fake.asked == [["1", "2"], ["3", "4"], ["5"]]
    assert answers.found["label"].tolist() == rows["adresse"].tolist()


def test_a_file_stays_under_the_bounds() -> None:
    rows = pd.DataFrame(
        {"adresse": [f"{n} {'é' * 150}" for n in range(1000)]}, index=range(1000), dtype="str"
    ).assign(commune="Orléans", code_postal="", code_insee="45234")
    asked = questions(rows).table
    (whole,) = batches(asked, 5000)
    assert len(whole) == 1000
    # Two hundred thousand such lines weigh more than the service takes at once.
    heavy = pd.concat([asked] * 200)
    pieces = list(batches(heavy, 200_000))
    assert [len(piece) for piece in pieces] == [145_833, 54_167]
    assert len(csv_of(pieces[0])) < 50_000_000


# -- what the service does to an answer ----------------------------------------------------


def test_lines_are_found_by_their_number(fake: FakeService, clock: Clock) -> None:
    rows = numbered(fake, 4)
    fake.queue = [lambda asked: Reply(fake.body(fake.table(asked)[::-1]))]
    answers = ask(fake, rows, clock)
    assert answers.found["label"].tolist() == rows["adresse"].tolist()
    assert len(fake.requests) == 1


def test_missing_lines_are_asked_once_again(fake: FakeService, clock: Clock) -> None:
    rows = numbered(fake, 4)
    fake.queue = [lambda asked: Reply(fake.body(fake.table(asked)[:2]))]
    answers = ask(fake, rows, clock)
    assert fake.asked == [["1", "2", "3", "4"], ["3", "4"]]
    assert answers.found["label"].tolist() == rows["adresse"].tolist()


def test_lines_that_stay_missing_are_unanswered(fake: FakeService, clock: Clock) -> None:
    rows = numbered(fake, 4)
    fake.always = lambda asked: Reply(
        fake.body([row for row in fake.table(asked) if row["ligne"] in "13"])
    )
    answers = ask(fake, rows, clock, batch_rows=2)
    assert fake.asked == [["1", "2"], ["2"], ["3", "4"], ["4"]]
    assert list(answers.found.index) == [10, 12]
    assert list(answers.unanswered) == [11, 13]
    assert answers.problem is not None
    assert "2 sur 4" in answers.problem.fr
    assert "omet des lignes" in answers.problem.fr
    assert clock.waits == []


def test_an_answer_to_something_else(fake: FakeService, clock: Clock) -> None:
    """A line that was not asked this time is not heard, be it one of ours."""
    rows = numbered(fake, 2)
    first = fake.table([{"ligne": "1", "adresse": "1 rue des Acacias"}])
    fake.queue = [Reply(fake.body(first))]
    fake.always = Reply(fake.body([first[0] | {"latitude": "48.1"}]))
    answers = ask(fake, rows, clock)
    assert answers.found["latitude"].tolist() == [47.902964]
    assert list(answers.unanswered) == [11]
    assert len(fake.requests) == 2


def test_a_line_the_service_failed_at_is_no_answer(fake: FakeService, clock: Clock) -> None:
    rows = numbered(fake, 3)
    fake.places["2 rue des Acacias"] = {"result_status": "error"}
    answers = ask(fake, rows, clock)
    assert fake.asked == [["1", "2", "3"], ["2"]]
    assert list(answers.unanswered) == [11]


def test_no_line_at_all_is_soon_given_up(fake: FakeService, clock: Clock) -> None:
    fake.always = lambda _: Reply(fake.body([]))
    answers = ask(fake, numbered(fake, 6), clock, batch_rows=2)
    assert list(answers.unanswered) == list(range(10, 16))
    assert len(fake.requests) == 4


def test_unknown_and_repeated_lines(fake: FakeService, clock: Clock) -> None:
    def repeat(asked: list[Row]) -> Reply:
        first, second, third = fake.table(asked)
        other = second | {"latitude": "48.1"}
        stranger = third | {"ligne": "77"}
        nameless = third | {"ligne": ""}
        return Reply(fake.body([first, stranger, second, first, other, nameless, third]))

    fake.queue = [repeat]
    answers = ask(fake, numbered(fake, 3), clock)
    assert list(answers.found.index) == [10, 12]
    assert refusals(answers) == {11: "reponse_illisible"}
    assert len(fake.requests) == 1


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(fake: FakeService, clock: Clock, delimiter: str) -> None:
    rows = numbered(fake, 2)
    fake.queue = [lambda asked: Reply(fake.body(fake.table(asked), delimiter=delimiter))]
    answers = ask(fake, rows, clock)
    assert answers.found["label"].tolist() == rows["adresse"].tolist()
    assert len(fake.requests) == 1


def test_bom_crlf_blank_lines_and_compression(fake: FakeService, clock: Clock) -> None:
    rows = numbered(fake, 2)

    def dressed(asked: list[Row]) -> Reply:
        body = b"\xef\xbb\xbf" + fake.body(fake.table(asked), end="\r\n") + b"\r\n"
        return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})

    fake.queue = [dressed]
    assert list(ask(fake, rows, clock).found.index) == [10, 11]
    assert len(fake.requests) == 1


def test_a_last_line_may_lack_its_end(fake: FakeService, clock: Clock) -> None:
    """As in an answer recorded from the Géoplateforme: a whole status says it is complete."""
    fake.queue = [lambda asked: Reply(fake.body(fake.table(asked)).rstrip())]
    assert list(ask(fake, numbered(fake, 2), clock).found.index) == [10, 11]
    assert len(fake.requests) == 1


def truncations() -> list[Any]:
    def shorter(body: bytes) -> Reply:
        return Reply(body, length=len(body) + 100)

    def last_line(body: bytes) -> bytes:
        return body[body.rindex(b"\n", 0, -1) + 1 :]

    def other_letters(body: bytes) -> Reply:
        before, _, after = body.rpartition(b"Acacias")
        return Reply(before + b"Acac\xe9s" + after)

    return [
        pytest.param(lambda body: Reply(body[:-2]), id="a letter of the last cell"),
        pytest.param(lambda body: Reply(body[:-4]), id="the last cell"),
        pytest.param(lambda body: Reply(body[:-12]), id="the code of the commune"),
        pytest.param(lambda body: Reply(body[:-60]), id="half a line"),
        pytest.param(lambda body: Reply(body[:-60], length=-1), id="no length"),
        pytest.param(lambda body: shorter(body[:-60]), id="less than announced"),
        pytest.param(lambda body: shorter(body.removesuffix(last_line(body))), id="a whole line"),
        pytest.param(lambda body: Reply(body[:-60] + b"\n"), id="too few cells"),
        pytest.param(lambda body: Reply(body[:-3] + b'"ok\n'), id="an open quote"),
        pytest.param(other_letters, id="not UTF-8"),
        pytest.param(lambda body: Reply(body[:-60] + b'"'), id="a quote inside"),
        pytest.param(lambda body: Reply(body[:-60] + b"\xc3\n"), id="half a letter"),
        pytest.param(lambda body: Reply(body[:-1] + b",,\n"), id="too many cells"),
        pytest.param(
            lambda body: Reply(gzip.compress(body)[:-40], headers={"Content-Encoding": "gzip"}),
            id="half a gzip",
        ),
    ]


@pytest.mark.parametrize("cut", truncations())
def test_a_cut_answer_is_asked_for_again(
    fake: FakeService, clock: Clock, cut: Callable[[bytes], Reply]
) -> None:
    rows = numbered(fake, 3)
    fake.queue = [lambda asked: cut(fake.body(fake.table(asked)))]
    answers = ask(fake, rows, clock)
    assert answers.found["label"].tolist() == rows["adresse"].tolist()
    assert fake.asked == [["1", "2", "3"]] * 2
    assert clock.waits == [1.0]


@pytest.mark.parametrize("cut", truncations()[:-1])
def test_of_a_cut_answer_the_complete_records_count(
    fake: FakeService, clock: Clock, cut: Callable[[bytes], Reply]
) -> None:
    """Four times cut: what is complete is kept, the rest asked once more by itself."""
    fake.always = lambda asked: cut(fake.body(fake.table(asked)))
    answers = ask(fake, numbered(fake, 3), clock)
    assert list(answers.found.index) == [10, 11]
    assert list(answers.unanswered) == [12]
    assert fake.asked == [["1", "2", "3"]] * 4 + [["3"]] * 4
    assert answers.problem is not None
    assert "coupée ou mal formée" in answers.problem.fr
    assert "cut or malformed" in answers.problem.en


def test_the_fullest_of_the_cut_answers_counts(fake: FakeService, clock: Clock) -> None:
    def first(count: int) -> Callable[[list[Row]], Reply]:
        return lambda asked: Reply(fake.body(fake.table(asked)[:count]) + b"4,")

    fake.queue = [first(1), first(2), first(1), Reply(status=502)]
    answers = ask(fake, numbered(fake, 3), clock)
    assert list(answers.found.index) == [10, 11, 12]
    assert fake.asked[4:] == [["3"]]


# -- what the service does instead of answering --------------------------------------------


@pytest.mark.parametrize(
    ("asked_for", "waited"),
    [("7", 7.0), ("0", 0.0), ("3600", 60.0), ("", 5.0), ("bientôt", 5.0)],
)
def test_429_waits_what_is_asked(
    fake: FakeService, clock: Clock, asked_for: str, waited: float
) -> None:
    value = asked_for.encode().decode("latin-1")
    fake.queue = [Reply(status=429, headers={"Retry-After": value} if value else {})]
    assert list(ask(fake, numbered(fake, 1), clock).found.index) == [10]
    assert clock.waits == [waited]
    assert len(fake.requests) == 2


def test_429_until_a_date(fake: FakeService, clock: Clock) -> None:
    def at(seconds: int) -> Reply:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        return Reply(status=429, headers={"Retry-After": format_datetime(moment, usegmt=True)})

    fake.queue = [at(30), at(-30), at(86_400)]
    assert list(ask(fake, numbered(fake, 1), clock).found.index) == [10]
    assert 20 < clock.waits[0] <= 30
    assert clock.waits[1:] == [0.0, 60.0]


def test_502_once(fake: FakeService, clock: Clock) -> None:
    fake.queue = [Reply(status=502)]
    assert list(ask(fake, numbered(fake, 1), clock).found.index) == [10]
    assert clock.waits == [1.0]


def test_502_always(fake: FakeService, clock: Clock) -> None:
    fake.always = Reply(status=502)
    answers = ask(fake, numbered(fake, 10), clock, batch_rows=2)
    assert list(answers.unanswered) == list(range(10, 20))
    assert (len(answers.found), len(answers.refused)) == (0, 0)
    # Two batches of four tries each; the other three are not asked.
    assert fake.asked == [["1", "2"]] * 4 + [["3", "4"]] * 4
    assert clock.waits == [1.0, 2.0, 4.0] * 2
    assert answers.problem is not None
    assert answers.problem.fr == (
        f"Le géocodeur {fake.url} n'a pas répondu pour toutes les adresses (10 sur 10 restent "
        "sans avis) : il a répondu 502 (panne du serveur) au lieu de 200 ; elles gardent le "
        "point trouvé sans lui et seront redemandées à la prochaine exécution."
    )
    assert "(10 of 10 remain" in answers.problem.en
    assert "502 (server failure)" in answers.problem.en


def test_one_batch_that_fails_costs_only_itself(fake: FakeService, clock: Clock) -> None:
    def unless_third(asked: list[Row]) -> Reply:
        return Reply(status=500) if asked[0]["ligne"] in {"1", "5"} else fake.answer(asked)

    fake.always = unless_third
    answers = ask(fake, numbered(fake, 8), clock, batch_rows=2)
    assert list(answers.found.index) == [12, 13, 16, 17]
    assert list(answers.unanswered) == [10, 11, 14, 15]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_other_refusals_are_not_tried_again(fake: FakeService, clock: Clock, status: int) -> None:
    fake.always = Reply(status=status, headers={"Retry-After": "9"})
    answers = ask(fake, numbered(fake, 6), clock, batch_rows=2)
    assert list(answers.unanswered) == list(range(10, 16))
    assert (len(fake.requests), clock.waits) == (2, [])
    assert answers.problem is not None
    assert f"{status} (demande refusée)" in answers.problem.fr


def test_a_redirection_is_not_followed(fake: FakeService, clock: Clock) -> None:
    fake.always = Reply(status=307, headers={"Location": fake.url + "/"})
    answers = ask(fake, numbered(fake, 1), clock)
    assert len(fake.requests) == 1
    assert answers.problem is not None
    assert "il renvoie ailleurs" in answers.problem.fr


@pytest.mark.parametrize(
    "page",
    [
        b"<html><body>Maintenance, ligne 3</body></html>",
        b"<!doctype html>\n<p>ligne,latitude\n",
        b"ligne",
        b"",
        b"\x00\xff\xfe",
        b'"' + b"x" * 200_000,
    ],
)
def test_a_page_is_no_answer(fake: FakeService, clock: Clock, page: bytes) -> None:
    fake.queue = [Reply(page, content_type="text/html")]
    assert list(ask(fake, numbered(fake, 1), clock).found.index) == [10]
    fake.always = Reply(page, content_type="text/html")
    answers = ask(fake, numbered(fake, 1), clock)
    assert list(answers.unanswered) == [10]
    assert answers.problem is not None
    assert "n'est pas le tableau CSV attendu" in answers.problem.fr


def test_a_service_that_never_tells_the_commune(fake: FakeService, clock: Clock) -> None:
    """An addok whose FIELDS lack citycode: nothing it says can be checked."""
    fake.results = tuple(name for name in ADDOK_RESULTS if name != "result_citycode")
    answers = ask(fake, numbered(fake, 1), clock, name="addok")
    assert (list(answers.unanswered), len(fake.requests)) == ([10], 1)
    assert answers.problem is not None
    assert "pas de colonne result_citycode" in answers.problem.fr


def test_nobody_there(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    absent = FakeService()
    absent.url = f"http://eve:secret@127.0.0.1:{port}/search/csv"
    answers = ask(absent, queries("12 rue des Acacias", "14 rue des Acacias"), clock, batch_rows=1)
    assert list(answers.unanswered) == [10, 11]
    assert clock.waits == [1.0, 2.0, 4.0] * 2
    assert answers.problem is not None
    assert "ne peut pas être joint" in answers.problem.fr
    assert "secret" not in "".join(answers.problem)


@pytest.mark.parametrize("url", ["", "data.geopf.fr/search/csv", "http://[/search", "ftp://x/y"])
def test_an_address_that_is_none(clock: Clock, url: str) -> None:
    nowhere = FakeService()
    nowhere.url = url
    answers = ask(nowhere, queries("12 rue des Acacias"), clock)
    assert list(answers.unanswered) == [10]
    assert answers.problem is not None
    assert "adresse http(s) valable" in answers.problem.fr


def test_a_service_that_is_too_slow_is_left_alone(fake: FakeService) -> None:
    """Twice the time-out without an answer is enough, whatever the number of tries."""
    clock = Clock()

    def late(_: list[Row]) -> Reply:
        clock.now += 61
        return Reply(status=504)

    fake.always = late
    answers = ask(fake, numbered(fake, 9), clock, batch_rows=3)
    assert len(answers.unanswered) == 9
    assert len(fake.requests) == 2
    assert clock.now - 1000 < 130


def test_a_service_that_is_slow_and_cut_is_left_alone_too(fake: FakeService, clock: Clock) -> None:
    def late(asked: list[Row]) -> Reply:
        clock.now += 121
        return Reply(fake.body(fake.table(asked))[:-60])

    fake.always = late
    answers = ask(fake, numbered(fake, 6), clock, batch_rows=3)
    assert list(answers.found.index) == [10, 11]
    assert len(fake.requests) == 1


def test_no_answer_in_time(fake: FakeService, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fake.url = f"http://127.0.0.1:{silent.getsockname()[1]}/search/csv"
        answers = ask(fake, numbered(fake, 1), clock, timeout_s=0.05)
    assert answers.problem is not None
    assert "pas de réponse en 0.05 s" in answers.problem.fr


# -- pace, settings, silence ---------------------------------------------------------------


def test_fifty_requests_a_second(fake: FakeService) -> None:
    clock = Clock()
    moments: list[float] = []

    def note(asked: list[Row]) -> Reply:
        moments.append(clock.now)
        clock.now += 0.001
        return fake.answer(asked)

    fake.always = note
    answers = ask(fake, numbered(fake, 120), clock, batch_rows=1)
    assert len(answers.found) == 120
    for start in moments:
        assert sum(start <= moment < start + 1 for moment in moments) <= 50
    # Never slower than it may be: 120 requests need two pauses.
    assert len(clock.waits) == 2
    assert moments[-1] - moments[0] < 2.1


def test_a_slow_pace(fake: FakeService, clock: Clock) -> None:
    ask(fake, numbered(fake, 3), clock, batch_rows=1, per_second=0.5)
    assert clock.waits == [2.0, 2.0]


def test_retries_keep_the_pace(fake: FakeService, clock: Clock) -> None:
    fake.queue = [Reply(status=429, headers={"Retry-After": "0"})]
    ask(fake, numbered(fake, 1), clock, per_second=1)
    assert clock.waits == [0.0, 1.0]


def test_a_session_of_the_caller_is_used_and_left_open(fake: FakeService, clock: Clock) -> None:
    class Session(requests.Session):
        closed = False

        def close(self) -> None:
            self.closed = True

    with serving() as other:
        session = Session()
        session.proxies = {"http": other.url}
        session.trust_env = False
        rows = numbered(fake, 1)
        service = Service("geoplateforme", fake.url)
        answers = second_opinion(
            rows, service, equal, sleep=clock.sleep, clock=clock, session=session
        )
        # Through the proxy of that session, where nobody knows the address.
        assert (len(fake.requests), len(other.requests)) == (0, 1)
        assert refusals(answers) == {10: "introuvable"}
        assert not session.closed
        requests.Session.close(session)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("min_score", 1.5),
        ("min_score", math.nan),
        ("batch_rows", 0),
        ("batch_rows", 200_000),
        ("per_second", 0),
        ("per_second", math.inf),
        ("timeout_s", -1),
    ],
)
def test_settings_out_of_range(setting: str, value: float) -> None:
    good = Service("addok", "http://localhost/search/csv/")
    with pytest.raises(UsageError) as refusal:
        replace(good, **{setting: value})  # type: ignore[arg-type]
    assert setting in refusal.value.fr
    assert f"{value:g}" in refusal.value.en


def test_addresses_are_never_logged(
    fake: FakeService, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.queue = [Reply(status=500), Reply(b"<html>"), Reply(status=400)]
    ask(fake, numbered(fake, 4), clock, batch_rows=2)
    assert "Acacias" not in caplog.text

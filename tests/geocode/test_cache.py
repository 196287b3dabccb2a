"""Answers that are kept: until they expire, whatever befalls their file, never more than a help."""

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.geocode import cache as module
from opendata.geocode.cache import KEPT_DAYS, NOT_FOUND_DAYS, Cache

TODAY = date(2026, 11, 2)
ANSWER = {"voie": "Rue de l'Église", "longitude": 1.904071, "score": 0.984, "numero": ""}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "geocode" / "cache.sqlite"


def on(path: Path, days: int = 0) -> Cache:
    """The cache as a run of some days later opens it."""
    return Cache(path, TODAY + timedelta(days=days))


def keep(path: Path, *keys: str, days: int = 0, found: bool = True, **answer: Any) -> None:
    on(path, days).keep(
        {key: {**ANSWER, **answer} for key in keys}, found=dict.fromkeys(keys, found)
    )


def test_what_was_kept_is_known(path: Path) -> None:
    assert on(path).known(["a"]) == {}
    keep(path, "a", "b")
    assert on(path).known(["a", "c", "b", "a"]) == {"a": ANSWER, "b": ANSWER}
    assert on(path).known([]) == {}


def test_the_last_answer_counts(path: Path) -> None:
    keep(path, "a", voie="Rue Basse")
    keep(path, "a", voie="Rue Haute")
    assert on(path).known(["a"])["a"]["voie"] == "Rue Haute"


def test_more_keys_than_one_question_holds(path: Path) -> None:
    keys = [f"clé {number}" for number in range(1250)]
    keep(path, *keys[::2])
    assert list(on(path).known(keys)) != []
    assert set(on(path).known(keys)) == set(keys[::2])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text(max_size=20).filter(lambda text: text.isprintable()),
        st.dictionaries(
            st.text(max_size=5),
            st.one_of(st.text(max_size=9), st.floats(allow_nan=False), st.none(), st.integers()),
        ),
        max_size=5,
    )
)
def test_answers_come_back_as_they_were(path: Path, answers: dict[str, dict[str, Any]]) -> None:
    on(path).keep(answers, found=dict.fromkeys(answers, True))
    assert on(path).known(answers) == answers


def test_not_a_number_comes_back(path: Path) -> None:
    keep(path, "a", longitude=float("nan"))
    found = on(path).known(["a"])["a"]["longitude"]
    assert found != found


# --- time ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("found", "days"), [(True, KEPT_DAYS), (False, NOT_FOUND_DAYS)])
def test_answers_expire(path: Path, found: bool, days: int) -> None:
    keep(path, "a", found=found)
    assert "a" in on(path, days - 1).known(["a"])
    assert on(path, days).known(["a"]) == {}
    assert NOT_FOUND_DAYS < KEPT_DAYS


def rows(path: Path) -> int:
    database = sqlite3.connect(path)
    (count,) = database.execute("SELECT count(*) FROM answers").fetchone()
    database.close()
    return int(count)


def test_what_has_expired_is_swept_away(path: Path) -> None:
    keep(path, "a", "b", found=False)
    keep(path, "c")
    keep(path, "d", days=NOT_FOUND_DAYS)
    assert rows(path) == 2
    assert set(on(path, NOT_FOUND_DAYS).known("abcd")) == {"c", "d"}


# --- what befalls the file ----------------------------------------------------------------


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _spoilt_inside(path: Path) -> None:
    """The first page, which says what tables there are, is whole; the others are not."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def _of_another_form(path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript("DROP TABLE answers; CREATE TABLE answers (cle, reponse)")
    database.close()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(Path.unlink, id="deleted"),
        pytest.param(lambda path: path.write_bytes(b""), id="emptied"),
        pytest.param(lambda path: path.write_bytes(b"no database" * 500), id="another file"),
        pytest.param(_cut, id="cut"),
        pytest.param(_spoilt_inside, id="spoilt inside"),
        pytest.param(_of_another_form, id="of another form"),
    ],
)
def test_a_file_that_is_gone_or_damaged_is_replaced(
    path: Path, damage: Callable[[Path], object]
) -> None:
    keep(path, *(f"clé {number}" for number in range(300)), voie="x" * 200)
    damage(path)
    assert on(path).known(["a"]) == {}
    keep(path, "a")
    assert on(path).known(["a"]) == {"a": ANSWER}


def test_an_answer_that_cannot_be_read_is_asked_again(path: Path) -> None:
    keep(path, "a", "b")
    database = sqlite3.connect(path)
    database.execute('UPDATE answers SET answer = \'{"voie": "Ru\'')
    database.commit()
    database.close()
    assert on(path).known(["a"]) == {}


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be written in, also for the administrator who runs the tests."""
    connect = sqlite3.connect

    def connected(path: Path, **options: Any) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(module.sqlite3, "connect", connected)


def test_a_folder_that_cannot_be_written_in_still_answers(path: Path, request: Any) -> None:
    keep(path, "a")
    request.getfixturevalue("read_only")
    assert on(path).known(["a", "b"]) == {"a": ANSWER}
    keep(path, "b")
    assert on(path).known(["a", "b"]) == {"a": ANSWER}


def test_no_file_and_no_way_to_make_one(path: Path, read_only: None) -> None:
    assert on(path).known(["a"]) == {}
    keep(path, "a")
    assert on(path).known(["a"]) == {}
    assert not path.exists()


def test_a_folder_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keep(tmp_path / "file" / "cache.sqlite", "a")
    assert on(tmp_path / "file" / "cache.sqlite").known(["a"]) == {}
    keep(tmp_path, "a")
    assert on(tmp_path).known(["a"]) == {}
    assert tmp_path.is_dir()


def test_a_file_that_another_run_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(path, "a")
    monkeypatch.setattr(module, "_WAIT_S", 0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert on(path).known(["a"]) == {}
    keep(path, "b")
    other.execute("ROLLBACK")
    other.close()
    assert set(on(path).known(["a", "b"])) == {"a"}


def test_two_runs_at_once(path: Path) -> None:
    one, two = on(path), on(path)
    one.keep({"a": ANSWER}, found={"a": True})
    two.keep({"b": ANSWER}, found={"b": True})
    assert set(one.known(["a", "b"])) == set(two.known(["a", "b"])) == {"a", "b"}


def test_a_fault_of_ours_is_not_swallowed(path: Path) -> None:
    with pytest.raises(TypeError):
        on(path).keep({"a": {"x": object()}}, found={"a": True})
    assert on(path).known(["a"]) == {}

"""The cases of the nearest peer: we agree, or our better answer stands in a table.

The cases are read where they are (``../shared/cases/normalisation.json``, or the file that
OPENDATA_CASES names); none of them is part of the project.
"""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.peer_cases import Verdict, judge, load_answers, stands, summary

STANDARD = PROJECT.parent / "shared" / "cases" / "normalisation.json"
CASES = Path(os.environ.get("OPENDATA_CASES") or STANDARD)
ANSWERS = load_answers(Path(__file__).parent / "data" / "peer_answers")
WANTED_RATE = 0.95

pytestmark = pytest.mark.skipif(
    not CASES.is_file(),
    reason=f"needs the peer's cases ({CASES}), which are not part of the project; "
    "OPENDATA_CASES names another file",
)


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return judge(json.loads(CASES.read_text(encoding="utf-8")))


def answered(verdicts: list[Verdict]) -> set[int]:
    """The cases with an answer of ours that still is what we say."""
    entries = {(entry["field"], entry["test"]): entry for entry in ANSWERS}
    return {
        verdict.index
        for verdict in verdicts
        if (entry := entries.get((verdict.field, verdict.test))) and stands(entry, verdict)
    }


def test_at_least_95_in_100_cases_agree_or_have_a_better_answer(
    verdicts: list[Verdict], capsys: pytest.CaptureFixture[str]
) -> None:
    better = answered(verdicts)
    table = summary(verdicts, better)
    with capsys.disabled():
        print(f"\n{table}")
    kept = sum(verdict.agrees or verdict.index in better for verdict in verdicts)
    assert kept >= WANTED_RATE * len(verdicts), table


def test_every_answer_of_the_table_still_holds(verdicts: list[Verdict]) -> None:
    found = {(verdict.field, verdict.test): verdict for verdict in verdicts}
    wrong = []
    for entry in ANSWERS:
        verdict = found.get((entry["field"], entry["test"]))
        if verdict is None:
            if CASES == STANDARD:
                wrong.append(f"{entry['file']}: no such case: {entry['test']}")
        elif not stands(entry, verdict):
            wrong.append(f"{entry['file']}: {entry['test']}: we say {verdict.ours!r}")
        elif verdict.agrees:
            wrong.append(f"{entry['file']}: {entry['test']}: the peer agrees, remove the answer")
    assert wrong == []


def test_every_answer_gives_its_reason() -> None:
    assert [entry for entry in ANSWERS if not entry.get("reason", "").strip().endswith(".")] == []

"""What is decided in the Prefect page, plainly; tests/test_flow.py has a run that waits."""

from pathlib import Path
from typing import Any

import pytest
from flows.answers import Decision, Done, decide
from flows.difference import around_change, difference_markdown, summary

from opendata import pipeline
from opendata.catalog import load_decisions
from opendata.errors import BusyError, UsageError
from opendata.language import Text
from opendata.paths import Paths
from opendata.release import store
from opendata.release.lock import publication_lock
from tests.builders import (
    ROWS,
    copy_installation,
    empty_installation,
    small_dataset,
    small_source,
)

SIGNED: dict[str, Any] = {"reason": "vu avec la mairie", "author": "Ada Martin"}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Paths, pipeline.Outcome]:
    """One release published, and another that waits."""
    paths = empty_installation(tmp_path_factory.mktemp("retenue"))
    small_source(paths)
    small_dataset(paths)
    pipeline.run("jeu", paths)
    (paths.project / "essai.csv").write_text(ROWS.splitlines()[0] + "\n" + ROWS.splitlines()[1])
    return paths, pipeline.run("jeu", paths)


@pytest.fixture
def held(once: tuple[Paths, pipeline.Outcome], tmp_path: Path) -> tuple[Paths, pipeline.Outcome]:
    """A copy of it, for the test to change."""
    made, outcome = once
    return copy_installation(made, empty_installation(tmp_path)), outcome


def latest(paths: Paths) -> str:
    folder = store.latest(paths, "jeu")
    assert folder is not None
    return folder.name


def test_each_decision_does_what_it_says(held: tuple[Paths, pipeline.Outcome]) -> None:
    paths, outcome = held
    before = latest(paths)
    looked_at = {"version": outcome.version, "seal": outcome.seal}
    done = decide(Decision.attendre, "jeu", paths, **SIGNED, **looked_at)
    assert (done.decision, done.version, done.unrecorded) == ("attendre", outcome.version, None)
    assert store.staged_release(paths, "jeu") is not None
    with pytest.raises(UsageError, match="raison"):
        decide(Decision.publier, "jeu", paths, reason="", author="Ada Martin", **looked_at)
    done = decide(Decision.publier, "jeu", paths, **SIGNED, **looked_at)
    assert latest(paths) == done.version == outcome.version
    done = decide(Decision.revenir, "jeu", paths, **SIGNED)
    assert latest(paths) == done.version == before
    pipeline.run("jeu", paths)
    assert store.staged_release(paths, "jeu") is not None
    decide(Decision.abandonner, "jeu", paths, **SIGNED)
    assert store.staged_release(paths, "jeu") is None
    kept = load_decisions("jeu", paths).releases
    assert [one.action for one in kept] == ["held", "published", "withdrawn", "dropped"]
    assert {one.author for one in kept} == {"Ada Martin"}


@pytest.mark.parametrize("decision", [Decision.publier, Decision.attendre, Decision.abandonner])
def test_what_was_not_looked_at_is_not_decided_on(
    held: tuple[Paths, pipeline.Outcome], decision: Decision
) -> None:
    paths, outcome = held
    for looked_at in ({"version": "2001-01-01"}, {"seal": "0" * 12}):
        with pytest.raises(UsageError) as refused:
            decide(decision, "jeu", paths, **SIGNED, **looked_at)
        assert refused.value.code in ("version_changee", "version_absente")
    staged = store.staged_release(paths, "jeu")
    assert staged is not None and staged.seal == outcome.seal
    assert load_decisions("jeu", paths).releases == ()


@pytest.mark.parametrize(
    ("decision", "reason", "author", "code"),
    [
        (Decision.publier, "vu", " ", "nom_absent"),
        (Decision.attendre, " ", "Ada", "raison_absente"),
        (Decision.abandonner, "", "Ada", "raison_absente"),
        (Decision.revenir, "", "Ada", "raison_absente"),
    ],
)
def test_a_decision_is_signed_and_has_a_reason(
    paths: Paths, decision: Decision, reason: str, author: str, code: str
) -> None:
    with pytest.raises(UsageError) as refused:
        decide(decision, "jeu", paths, reason=reason, author=author)
    assert refused.value.code == code


def test_a_decision_meets_a_publication_under_way(held: tuple[Paths, pipeline.Outcome]) -> None:
    paths, _ = held
    with publication_lock("jeu", paths), pytest.raises(BusyError):
        decide(Decision.publier, "jeu", paths, **SIGNED)


def test_what_is_done_but_not_on_record_is_said() -> None:
    done = Done(
        "publier", "jeu", "1", "", "Ada", Text("fait", "done"), Text("disque plein", "full")
    )
    assert "pas consigné** : disque plein".replace(" :", "\u00a0:") in done.markdown()
    assert done.as_json()["unrecorded"] == {"fr": "disque plein", "en": "full"}


def test_the_difference_is_told_with_its_reasons_and_examples(
    held: tuple[Paths, pipeline.Outcome],
) -> None:
    _, outcome = held
    said = difference_markdown(
        outcome.difference,
        seal=outcome.seal,
        warnings=[Text("à lire", "to read")],
        files={"le rapport": "/ici/rapport.html"},
    ).replace("\u00a0", " ")
    assert outcome.status == "held"
    assert all(reason.fr in said for reason in outcome.reasons)
    lost = outcome.difference["counts"]["suppressions"]
    assert lost and f"## Lieux perdus : {lost}" in said
    assert all(f"`{row['lieu_id']}`" in said for row in outcome.difference["removed"])
    assert "| Lieux | 4 | 1 | −3 |" in said
    assert outcome.seal in said and "- à lire" in said and "`/ici/rapport.html`" in said
    assert summary(outcome.difference) == f"Lieux : 4 → 1 ; {lost} perdus."


def test_a_value_cannot_break_the_page() -> None:
    found = {
        "latest": "1",
        "counts": {"suppressions": 1, "lieux_avant": 1},
        "removed": [{"lieu_id": "l-1", "nom": "A | <b>*B*</b>\n# C", "commune": None}],
    }
    said = difference_markdown(found, seal="", warnings=[], files={})
    assert r"| A \| \<b\>\*B\*\</b\> \# C |" in said


def test_two_long_values_are_cut_where_they_differ() -> None:
    same = "x" * 200
    old, new = around_change(same + "1" + same, same + "2" + same)
    assert old == "… " + "x" * 20 + "1" + "x" * 49 + " …"
    assert new.replace("2", "1") == old
    assert around_change("", "a") == ("(vide)", "a")
    assert around_change("aa", "aab") == ("aa", "aab")


def test_the_forms_ask_in_french() -> None:
    from flows.ask import Answer
    from flows.decide import decide_release
    from flows.deployments import prefect_yaml

    asked = Answer.model_json_schema()
    assert [field["title"] for field in asked["properties"].values() if "title" in field]
    assert asked["required"] == ["decision", "nom"]
    form = decide_release.parameters.model_dump()
    assert [form["properties"][name]["title"] for name in form["properties"]] == [
        "Jeu de données", "Décision", "Raison", "Votre nom", "Version", "Empreinte",
    ]  # fmt: skip
    assert "demo" in form["properties"]["dataset"]["enum"]
    assert form["required"] == ["dataset", "decision", "raison", "nom"]
    # A limit of the deployment ends a run that pauses, some minutes later.
    assert "concurrency_limit" not in prefect_yaml()

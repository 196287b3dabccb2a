"""The same content is met by the same decision."""

from opendata.language import Text
from opendata.model import INTEGRITY, Finding, ReleaseDecision
from opendata.release.decided import decided_findings

LOSS = Finding("perte", "blocker", Text("40 % de moins", "40% less"), gate="max_loss_pct")
BROKEN = Finding(INTEGRITY[0], "blocker", Text("schéma", "schema"))
NEWS = Finding("nouveau", "warning", Text("une catégorie", "a category"))


def decision(action: str, content: str = "c1", reason: str = "fichier tronqué") -> ReleaseDecision:
    return ReleaseDecision(action, "2026-11-27", content, reason, "Ada", "2026-11-27")  # type: ignore[arg-type]


def test_without_a_decision_findings_stay_as_they_are() -> None:
    assert decided_findings([LOSS, NEWS], "c1", [decision("dropped", "other")], {}) == [LOSS, NEWS]


def test_what_was_dropped_held_or_withdrawn_does_not_come_back_by_itself() -> None:
    for action, done in (
        ("dropped", "abandonnée"), ("held", "mise en attente"), ("withdrawn", "retirée"),
    ):  # fmt: skip
        found = decided_findings([NEWS], "c1", [decision(action)], {})
        assert [one.severity for one in found] == ["blocker", "warning"]
        assert "fichier tronqué" in found[0].text.fr
        assert f"version 2026-11-27, {done} (par Ada : " in found[0].text.fr
        assert "2026-11-27" in found[0].text.en


def test_the_last_decision_on_a_content_counts() -> None:
    history = [decision("dropped"), decision("published", reason="confirmé")]
    found = decided_findings([LOSS, NEWS], "c1", history, {})
    assert [one.severity for one in found] == ["warning", "warning"]
    assert "confirmé" in found[0].text.fr
    assert decided_findings([LOSS], "c1", history[::-1], {})[0].severity == "blocker"


def test_nobody_lets_a_broken_schema_through() -> None:
    found = decided_findings([BROKEN, LOSS], "c1", [decision("published")], {})
    assert [one.severity for one in found] == ["blocker", "warning"]


def test_a_withdrawal_that_only_the_history_remembers_holds_too() -> None:
    found = decided_findings([], "c1", [], {"c1": ("2026-11-20", "points décalés")})
    assert found[0].severity == "blocker"
    assert "points décalés" in found[0].text.fr
    assert decided_findings([], "c2", [], {"c1": ("2026-11-20", "points décalés")}) == []

"""Which old releases go; the last one, and what a rollback needs, never do."""

from opendata.model import Retention
from opendata.release.retention import expired

DAILY = [f"2026-{month:02}-{day:02}" for month in (9, 10, 11) for day in (1, 10, 20, 28)]


def test_the_newest_and_the_last_of_each_month_are_kept() -> None:
    gone = expired(Retention(keep_last=3, keep_months=2), DAILY, "2026-11-28")
    assert set(DAILY) - set(gone) == {"2026-10-28", "2026-11-10", "2026-11-20", "2026-11-28"}
    assert gone == sorted(gone)


def test_the_one_readers_get_and_the_one_before_stay_whatever_the_rule() -> None:
    rule = Retention(keep_last=2, keep_months=0)
    kept = set(DAILY) - set(expired(rule, DAILY, "2026-09-20"))
    assert {"2026-09-10", "2026-09-20"} <= kept


def test_withdrawn_releases_that_are_newer_stay_for_their_ids_were_seen() -> None:
    rule = Retention(keep_last=2, keep_months=0)
    withdrawn = set(DAILY[-5:])
    kept = set(DAILY) - set(expired(rule, DAILY, DAILY[-6], withdrawn))
    assert withdrawn <= kept
    assert {DAILY[-6], DAILY[-7]} <= kept


def test_a_withdrawn_release_is_not_the_last_of_its_month() -> None:
    gone = expired(Retention(keep_last=2, keep_months=12), DAILY, "2026-11-28", {"2026-09-28"})
    assert "2026-09-28" in gone
    assert "2026-09-20" not in gone


def test_numbered_versions_of_one_day_are_told_apart() -> None:
    versions = ["2026-11-27", "2026-11-27.2", "2026-11-27.3", "2026-11-27.10"]
    rule = Retention(keep_last=2, keep_months=1)
    assert expired(rule, versions, "2026-11-27.10") == ["2026-11-27", "2026-11-27.2"]


def test_nothing_goes_while_the_rule_keeps_everything() -> None:
    assert expired(Retention(), DAILY, DAILY[-1]) == []
    assert expired(Retention(keep_last=2, keep_months=0), [], "2026-11-28") == []

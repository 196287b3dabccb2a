import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.site import describe_cron


@pytest.mark.parametrize(
    ("cron", "fr", "en"),
    [
        ("0 3 * * *", "chaque jour à 3 h 00", "every day at 03:00"),
        ("30 14 * * *", "chaque jour à 14 h 30", "every day at 14:30"),
        ("0 6,18 * * *", "chaque jour à 6 h 00 et 18 h 00", "every day at 06:00 and 18:00"),
        ("15 4 * * 1", "chaque lundi à 4 h 15", "every Monday at 04:15"),
        ("15 4 * * MON", "chaque lundi à 4 h 15", "every Monday at 04:15"),
        ("0 3 * * 7", "chaque dimanche à 3 h 00", "every Sunday at 03:00"),
        ("0 3 * * 0,1", "chaque lundi et dimanche à 3 h 00", "every Monday and Sunday at 03:00"),
        ("0 3 * * 1-5", "du lundi au vendredi à 3 h 00", "Monday to Friday at 03:00"),
        ("0 3 1 * *", "le 1er de chaque mois à 3 h 00", "on the 1st of each month at 03:00"),
        ("0 3 13 * *", "le 13 de chaque mois à 3 h 00", "on the 13th of each month at 03:00"),
        ("0 * * * *", "toutes les heures", "every hour"),
        ("5 */6 * * *", "toutes les 6 heures, à la minute 5", "every 6 hours, at minute 5"),
        ("@daily", "chaque jour à 0 h 00", "every day at 00:00"),
    ],
)
def test_usual_forms(cron: str, fr: str, en: str) -> None:
    assert describe_cron(cron) == (fr, en)


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "nonsense",
        "0 3 1 1 *",
        "0 3 1 * 1",
        "*/5 * * * *",
        "0 */7 * * *",
        "0 25 * * *",
        "61 3 * * *",
        "0 3 32 * *",
        "0 3 0 * *",
        "0 3 * * 5-1",
        "0 3 * * 8",
        "0 3 * * 1#2",
    ],
)
def test_anything_else_is_returned_as_written(cron: str) -> None:
    assert describe_cron(cron) == (cron, cron)


@given(st.text(alphabet="0123456789*/,-@ ADMNOSU²", max_size=20))
def test_never_raises(cron: str) -> None:
    assert describe_cron(cron).fr or not cron

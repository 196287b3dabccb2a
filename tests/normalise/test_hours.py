"""Opening hours: never a wrong time, and as much French as can be read without one."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opendata.normalise import hours
from opendata.normalise.base import Example
from opendata.schema import problems

CASES = Path(__file__).parents[3] / "shared" / "cases" / "normalisation.json"
ANSWERS = Path(__file__).parents[1] / "data" / "peer_answers" / "horaires.toml"
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
FRENCH = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

WORDS = (
    *("lundi", "mar", "Sa", "Mo:", "Tu:", "9h", "12:30", "14", "-", "/", ",", ";", ":", "et"),
    *("de", "à", "au", "fermé", "le", "\n", "midi", "9h-12h", "Mar", "24/7", "sauf", "vendredi"),
    *("14h-18h", "(", ")", "sur rendez-vous", "jours fériés", "hors vacances scolaires", "1er"),
    *("du mois", "semaines paires", "juillet", "août", "mars", "pendant les vacances", "matin"),
    *("après-midi", "un samedi sur deux", "jusqu'à", "à partir de", "ateliers", "20h-2h", '"'),
    *("ou", "tous les jours", "week-end", "travaux", "en août", "24h/24", "horaires réduits"),
)
junk = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789 .,-/:;hHWETzer+°\n\0", max_size=40),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
)


@pytest.mark.parametrize("case", hours.EXAMPLES, ids=lambda case: case.raw[:40])
def test_examples(case: Example) -> None:
    cleaned = hours.clean(case.raw)
    assert (cleaned.value, cleaned.code) == (case.value, case.code)
    assert not cleaned.code or cleaned.code in problems()


@pytest.mark.parametrize("raw", ["\0", "\N{PILE OF POO}", "9" * 10_000, "lundi " * 2_000, "²", "٣"])
def test_junk_is_refused_not_raised(raw: str) -> None:
    assert hours.clean(raw).value == ""


@settings(max_examples=400, deadline=None)
@given(raw=junk)
@example(raw="Mo 09:00-12:00\0")
@example(raw="Mar 10:00-12:00; Sa 10:00-12:00")
@example(raw="mars : samedi 9h-12h")
def test_any_text_gives_valid_osm_or_nothing(raw: str) -> None:
    cleaned = hours.clean(raw)
    assert bool(cleaned.value) or cleaned.code
    if cleaned.value:
        assert hours.valid(cleaned.value)
        assert hours.clean(cleaned.value) == (cleaned.value, "", "")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Lundi 9h/12h - 14h/17h", "Mo 09:00-12:00,14:00-17:00"),
        ("mar. mer. 10-19h, sam. 10-18h", "Tu-We 10:00-19:00; Sa 10:00-18:00"),
        ("Lundi\n13h30 – 17h30\n\nSamedi\nFermé", "Mo 13:30-17:30"),
        ("lundi-mardi-jeudi : 9h00 à 12h30", "Mo-Tu 09:00-12:30; Th 09:00-12:30"),
        ("Tous les jours 9h-20h", "Mo-Su 09:00-20:00"),
        ("Mo-Fr 14h00-19h00;Sa 14h00-18h00", "Mo-Fr 14:00-19:00;Sa 14:00-18:00"),
        ("Jeudi 9 h 30 - 12 h", "Th 09:30-12:00"),
        ("Jeudi 9h-12h30 14h-17h", "Th 09:00-12:30,14:00-17:00"),
        ("Mo: 09:00-12:00 14:00-16:30", "Mo 09:00-12:00,14:00-16:30"),
        ("mar. jeu. ven. 9h-12h", "Tu 09:00-12:00; Th-Fr 09:00-12:00"),
        ("Fr 22:00-02:00", "Fr 22:00-02:00"),
        ("Mo: 9h-12h /\n\n 14h-18h\nTu:", "Mo 09:00-12:00,14:00-18:00"),
        ("jeudi 10 h.-20 h.", "Th 10:00-20:00"),
        ("samedi (10h.-17h.)", "Sa 10:00-17:00"),
        ("jeudi 15h18h", "Th 15:00-18:00"),
        ("jeudi 12h3019h", "Th 12:30-19:00"),
        ("jeudi 09h30h-12h30", "Th 09:30-12:30"),
        ("jeudi 9.30-12.30", "Th 09:30-12:30"),
        ("jeudi 9hè16h", "Th 09:00-16:00"),
        ("jeudi 18h à minuit", "Th 18:00-24:00"),
        ("jeudi 8h-00h", "Th 08:00-24:00"),
        ("mar : 14h-19hmer :14h-18h", "Tu 14:00-19:00; We 14:00-18:00"),
        ("Mo: 9-12 / 14-19", "Mo 09:00-12:00,14:00-19:00"),
        ("Mo: Lundi 9h/12h", "Mo 09:00-12:00"),
        ("Mo: 00:00 - 00:00 / 09:00 - 12:00\nTu: 00:00 - 00:00", "Mo 09:00-12:00"),
        ("tlj 10h-18h", "Mo-Su 10:00-18:00"),
        ("Mo: Fermé / 14h-18h", "Mo 14:00-18:00"),
        ("Mo: 9h-12h - fermé l'après-midi", "Mo 09:00-12:00"),
        ("Mo: 09:00 - 16:30 / 13:30 - 16:30", "Mo 09:00-16:30"),
        ("L Ma Me J V 9h-12h", "Mo-Fr 09:00-12:00"),
        ("en semaine 9h-18h, le week-end 10h-12h", "Mo-Fr 09:00-18:00; Sa-Su 10:00-12:00"),
        ("7j/7, 24h/24", "24/7"),
        ("toute la semaine 9h-18h", 'Mo-Fr 09:00-18:00 "toute la semaine"'),
        ("lundi matin : 9h-12h, après-midi : 14h-18h", "Mo 09:00-12:00,14:00-18:00"),
        ("8h-12h lundi et 14h-17h le lundi", "Mo 08:00-12:00,14:00-17:00"),
        ("lundi-mardi jeudi 9h-12h", "Mo-Tu 09:00-12:00; Th 09:00-12:00"),
        ("lundi vendredi 9h-12h, mardi 14h-18h", "Mo 09:00-12:00; Tu 14:00-18:00; Fr 09:00-12:00"),
        ("mardi mercredi vendredi 9h-12h", "Tu-We 09:00-12:00; Fr 09:00-12:00"),
        ("lundi-mardi 9h-12h, fermé le mardi", "Mo 09:00-12:00"),
        ("mardi au jeudi 12h-18h, le jeudi jusqu'à 20h", "Tu-We 12:00-18:00; Th 12:00-20:00"),
        ("lundi-mardi 9h-12h (sauf mardi, 11h)", "Mo 09:00-12:00; Tu 09:00-11:00"),
        ("samedi, dimanche et jours fériés : 11h-22h", "Sa-Su,PH 11:00-22:00"),
        ("tous les jours sauf lundi et jours fériés 9h-12h", "Tu-Su 09:00-12:00; PH off"),
        ("lundi 9h-12h, fermé en août", "Mo 09:00-12:00; Aug off"),
        ("lundi 9h-12h. Dimanche 9h-12h (sauf août)", "Mo 09:00-12:00; Su 09:00-12:00; Aug Su off"),
        ("mars : samedi 9h-12h", "Mar 1-31 Sa 09:00-12:00"),
        ("du 15 juin au 15 septembre : lundi 9h-12h", "Jun 15-Sep 15 Mo 09:00-12:00"),
        ("Semaine impaire : Mo 09:30-12:30; PH off", "week 01-53/2 Mo 09:30-12:30; PH off"),
        ("1er lundi du mois 9h-12h et lundi 14h-18h", "Mo 14:00-18:00, Mo[1] 09:00-12:00"),
        ("Mo: 9h-12h (sauf vacances)", 'Mo 09:00-12:00 "sauf vacances"'),
        (
            "Adultes : mardi 9h-19h\nJeunesse : mardi 16h-19h",
            'Tu 09:00-19:00 "adultes", Tu 16:00-19:00 "jeunesse"',
        ),
        (
            "lundi 9h-12h sans RDV, 14h-17h sur RDV",
            'Mo 09:00-12:00 "sans rendez-vous", Mo 14:00-17:00 "sur rendez-vous"',
        ),
        (
            "lundi 9h-12h et mardi 9h-12h sur rendez-vous",
            'Mo-Tu 09:00-12:00 "sur rendez-vous"',
        ),
        ("lundi 9h-12h ; mardi 9h-12h sur RDV", 'Mo 09:00-12:00; Tu 09:00-12:00 "sur rendez-vous"'),
        ("Mo: 9h-12h, après-midi sur RDV", 'Mo 09:00-12:00 "après-midi sur rendez-vous"'),
        ("lundi 9h-12h. Horaires réduits en août", 'Mo 09:00-12:00 "horaires réduits en août"'),
        ("lundi 9h-12h tous les 15 jours", 'Mo 09:00-12:00 unknown "tous les 15 jours"'),
    ],
)  # fmt: skip
def test_understood(raw: str, expected: str) -> None:
    assert hours.clean(raw).value == expected


@pytest.mark.parametrize(
    "raw",
    [
        "lundi 9h-12h et mardi",
        "lundi 12h-9h",
        "lundi 9h-25h",
        "lundi 9h-12h60",
        "lundi 14h-18h 9h-12h",
        "lundi 9h-12h-14h",
        "lundi 9h, 12h",
        "lundi 9h et 12h",
        "lundi matin",
        "lundi matin 14h-18h",
        "samedi au lundi 9h-12h",
        "lundi au jeudi-samedi 9h-12h",
        "lundi/vendredi 9h-12h",
        "lundi vendredi 9h-12h",
        "lundi-mercredi vendredi 9h-12h",
        "L M M J V 9h-12h",
        "lundi du mois 9h-12h",
        "lundi ou mardi 9h-12h",
        "lundi 9h-12h ou mardi 9h-12h",
        "lundi jusqu'à 18h",
        "lundi 1h-19h",
        "lundi 9h-12h et de 13h à 15h et de 9h à 11h",
        "Mo 14:00-12:00",
        "janvier lundi 9h-12h février mardi 9h-12h",
        "mardi 9h-12h, jeudi 9h-12h. Juillet : mardi 14h-16h",
        "9h-12h",
        "24h/24",
        "09:00-12:00",
        "Mar 10:00-12:00",
        "mar 10:00-12:00; Sa 10:00-12:00",
        "2021",
        "fermé",
        "fermé pour travaux",
        "lundi 9h-12h sauf travaux",
        "lundi 9h-18h (fermé de 12h à 14h)",
        "lundi 9h-12h (salle des fêtes)",
        "lundi 9h-12h, mardi 9h-12h, sauf en août",
        "lundi 9h-12h, sur rendez-vous, mardi 9h-12h",
        "musée : lundi 9h-12h\nbibliothèque : sur rendez-vous",
        "lundi au vendredi 9h-12h, mercredi 14h-18h",
        # A cross ticks what is open in one file and strikes it out in another.
        "Mo: x / 9h-12h",
        "Mo: 9h-12h\nMo: 14h-18h",
        "Mo: 9h-12h, mardi 14h-18h",
        "Mo: 07:30:12:30",
        "Mo: 01:00 - 17:00",
        "Mo: 14h-12h / 12h-20h",
        "Mo: 9h -1 2h",
    ],
)
def test_refused_rather_than_wrong(raw: str) -> None:
    assert hours.clean(raw).value == ""


@pytest.mark.parametrize(
    "raw",
    [
        "Mo 09:00-12:00; Tu 14:00-14:00",
        "Mo 09:00-12:00; Tu 12:30",
        "Mo: 9h-12h\nTu: NC",
        "Mo: 9h-12h\nTu: x",
        "Mo: 9h-12h\nTu: 14h-16h\nTu: 9h-10h",
    ],
)
def test_a_day_that_is_not_understood_is_neither_open_nor_closed(raw: str) -> None:
    found = hours.clean(raw)
    assert found.value == 'Mo 09:00-12:00; Tu unknown "horaires à confirmer"'
    assert found.code == "horaires_incertains"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Mo: 9h-12h à Lapeyrouse", 'Mo 09:00-12:00 unknown "9h-12h à Lapeyrouse"'),
        ("Fr: De 13h30 à 17h (OMPAR)", 'Fr 13:30-17:00 unknown "De 13h30 à 17h (OMPAR)"'),
        ("Mo: 9h-12h (voir 06 12 34 56 78)", 'Mo 09:00-12:00 unknown "horaires à confirmer"'),
        (
            "Mo: 9h-12h/14h-17h Symphonie",
            'Mo 09:00-12:00,14:00-17:00 unknown "9h-12h/14h-17h Symphonie"',
        ),
        ("Mo: 9h-12h (salle fermée)", ""),
        ("Mo: 9h-12h (jusqu'en juin 2022)", ""),
        ("Mo: 9h-12h, puis 14h", ""),
        ("Mo: 12h-9h (salle 2)", ""),
    ],
)
def test_plain_times_among_other_words_hold_perhaps(raw: str, value: str) -> None:
    found = hours.clean(raw)
    assert found.value == value
    assert found.code == ("horaires_incertains" if value else "horaires_partiels")


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("Fermé le lundi", "Fermé le lundi"),
        ("réservé au travail interne", "réservé au travail interne"),
        ("9h30-12h, fermé vacances", "9h30-12h, fermé vacances"),
        ("voir Mme Durand", "horaires à confirmer"),
        ("14h - 12h", "horaires à confirmer"),
    ],
)
def test_the_words_of_a_day_that_is_unclear_stay_beside_it(cell: str, note: str) -> None:
    assert hours.clean(f"Mo: 9h-12h\nTu: {cell}").value == f'Mo 09:00-12:00; Tu unknown "{note}"'


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Sa: 9h-12h\nPH: fermé", "Sa 09:00-12:00; PH off"),
        ("Sa: 9h-12h\nPH: 9h-12h", "Sa,PH 09:00-12:00"),
        ("Su: 10h-12h\nPH: salle B", 'Su 10:00-12:00; PH unknown "salle B"'),
    ],
)
def test_public_holidays_have_a_line_of_their_own(raw: str, value: str) -> None:
    assert hours.clean(raw).value == value


@pytest.mark.parametrize(
    ("cell", "times"),
    [
        ("Jeudi 9h/12h 14h/17h", "09:00-12:00,14:00-17:00"),
        ("10h00-12h30 (relais La Poste)", "10:00-12:30"),
        ("Permanences en Mairie de 9h à 12h", "09:00-12:00"),
        ("9h12h 14h18h(Mandela)", "09:00-12:00,14:00-18:00"),
        ("fermé l'après-midi", ""),
    ],
)
def test_the_times_of_one_day(cell: str, times: str) -> None:
    assert hours.hours_of_day(cell) == times


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Mardi 9h-12h. Ordinateurs et tablettes", "Tu 09:00-12:00"),
        ("Lundi au jeudi 9h-12h Accompagnement à la demande d'aide", ""),
        ("Mardi 9h-12h. Réservé aux habitants", ""),
        ("Mardi 9h-12h. Fermeture prochaine", ""),
        ("Mardi 9h-12h. Salle 3", ""),
        ("Mardi 9h-12h. Et le jeudi", ""),
        ("Ordinateurs. Mardi 9h-12h.", ""),
    ],
)
def test_only_a_harmless_last_sentence_is_left_out(raw: str, value: str) -> None:
    found = hours.clean(raw)
    assert found.value == value
    assert found.code == ("horaires_texte_retire" if value else "horaires_illisibles")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Fermé les jours fériés. Lundi 9h-12h", "Mo 09:00-12:00; PH off"),
        ("Lundi 9h-12h, fermé du 1er au 15 août", "Mo 09:00-12:00; Aug 1-15 off"),
        ("Lundi 9h-12h, fermé du 24 décembre au 2 janvier", "Mo 09:00-12:00; Dec 24-Jan 2 off"),
        ("Lundi 9h-12h, fermé du 15 au 1er août", ""),
        ("mardi dès 9h", "Tu 09:00+"),
        ("jours ouvrés de 9h à 17h", "Mo-Fr 09:00-17:00"),
        (
            "Période scolaire : mercredi 14h-18h. Vacances : lundi au vendredi 14h-18h",
            "We 14:00-18:00; SH off; SH Mo-Fr 14:00-18:00",
        ),
        ("Mardi 9h-12h. Jeudi réservé aux scolaires", None),
        (
            "Mardi 9h-12h, 14h-17h30 (17h pendant les vacances scolaires)",
            'Tu 09:00-12:00,14:00-17:30 "17h pendant les vacances scolaires"',
        ),
    ],
)
def test_french_as_it_is_written(raw: str, value: str | None) -> None:
    expected = 'Tu 09:00-12:00; Th unknown "réservé aux scolaires"' if value is None else value
    assert hours.clean(raw).value == expected


def test_the_refused_day_is_named() -> None:
    assert hours.clean("Mo: 9h-12h\nTu: à la  mairie").detail == "mardi : à la mairie"


def test_osm_in_march_stays() -> None:
    assert hours.clean("Nov-Mar Mo-Fr 09:00-12:00").value == "Nov-Mar Mo-Fr 09:00-12:00"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('Mo 09:00-12:00 "Mme Essai, 06 99 00 00 42"', "Mo 09:00-12:00"),
        ('Mo 09:00-12:00 "p.essai@exemple.fr"; Tu off', "Mo 09:00-12:00; Tu off"),
        ("lundi 9h-12h, contact@exemple.fr", "Mo 09:00-12:00"),
        ("lundi 9h-12h (Mme Essai)", ""),
    ],
)
def test_contacts_are_left_out_and_said(raw: str, value: str) -> None:
    cleaned = hours.clean(raw)
    assert cleaned.value == value
    assert cleaned.code == ("horaires_contact_retire" if value else "horaires_illisibles")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mo-Su 08:30-12:00", "08:30-12:00", True),
        ("Mo-Fr 09:00-17:00; We 09:00-12:00", "We 09:00-12:00; Mo-Tu,Th-Fr 09:00-17:00", True),
        ("week 01-53/2 Mo 09:00-10:00", "week 1-53/2 Mo 09:00-10:00", True),
        ('Mo 09:00-12:00 "sur rendez-vous"', "Mo 09:00-12:00", True),
        ("Mo 09:00-12:00, Mo 12:00-16:00", "Mo 09:00-16:00", True),
        ("Tu[1,3] 09:00-12:00", "Tu 09:00-12:00", False),
        ("Mo 09:00-12:00 unknown", "Mo 09:00-12:00", False),
        ("Mo 09:00-12:00; SH off", "Mo 09:00-12:00", False),
        ("", "", True),
        ("lundi", "Mo 09:00-12:00", False),
    ],
)
def test_same_hours(one: str, other: str, same: bool) -> None:
    assert hours.same_hours(one, other) is same
    assert hours.same_hours(other, one) is same


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("9h30-12h et 13h,17h", "09:30-12:00,13:00-17:00"),
        ("14 15 h et 16 19h", "14:00-15:00,16:00-19:00"),
        ("1x par mois de 10h à 12h", "10:00-12:00"),
        ("13h30 a 16h30 sur rendez-vous", "13:30-16:30"),
        ("18h", ""),
        ("Fermé", ""),
        ("sur la place", ""),
    ],
)
def test_hours_of_one_day(raw: str, expected: str) -> None:
    assert hours.hours_of_day(raw) == expected


def test_merged_hours() -> None:
    listed = ["08:00-12:30,13:00-16:00", "07:00-11:00,14:00-18:00"]
    assert hours.merged_hours(listed) == "07:00-12:30,13:00-18:00"
    assert hours.merged_hours(["14:00-21:00", "08:30-12:00"]) == "08:30-12:00,14:00-21:00"


# --- the peer's cases -------------------------------------------------------------------------


def peer_cases() -> list[object]:
    if not CASES.is_file():
        return []
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    return [
        pytest.param(index, case, id=f"{index}-{case['field']}")
        for index, case in enumerate(cases)
        if case["field"].startswith("horaires")
    ]


def answered() -> dict[int, str]:
    listed = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))["answer"]
    return {answer["index"]: answer["ours"] for answer in listed}


def ours(case: dict) -> str:
    """The value of a case by the function that its field stands for."""
    given = case["input"]
    if case["field"] == "horaires_jour":
        return hours.hours_of_day(given)
    if case["field"] == "horaires_fusion_plages":
        return hours.merged_hours(given)
    weeks = [given[name] for name in ("OSM", "Horaires ouverture") if given.get(name)]
    days = (f"{day}: {given[name]}" for name, day in zip(map(str.title, FRENCH), DAYS, strict=True)
            if given.get(name))  # fmt: skip
    text = weeks[0] if weeks else "\n".join(days)
    return hours.clean(" : ".join(filter(None, (given.get("ouverture"), text)))).value


@pytest.mark.mirror
@pytest.mark.skipif(not CASES.is_file(), reason="../shared/cases is absent")
@pytest.mark.parametrize(("index", "case"), peer_cases())
def test_peer_cases(index: int, case: dict) -> None:
    expected = answered().get(index, case.get("expected") or "")
    assert hours.same_hours(ours(case), expected), ours(case)

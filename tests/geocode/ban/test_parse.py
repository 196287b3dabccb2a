"""How lines of addresses are read: real shapes, invented streets, and any text at all."""

import signal
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.geocode.ban.parse import MAX_READINGS, Reading, plain, readings
from opendata.geocode.ban.words import WAY_ABBREVIATIONS, WAY_WORDS


def shown(reading: Reading) -> str:
    """« 12b rue: haute », « rue: haute » without a number, « 12 : bourg » without a kind."""
    house = f"{reading.number or ''}{reading.repetition}"
    return f"{house} {reading.kind}: {reading.core}".strip()


def first(line: str, postcode: str = "") -> str:
    """The likeliest reading; "" when the line says nothing."""
    return next(map(shown, readings(line, postcode)), "")


def every(line: str, postcode: str = "") -> list[str]:
    return [shown(one) for one in readings(line, postcode)]


def fault(line: str, expected: str, reason: str) -> object:
    """A case that is known to be read otherwise."""
    return pytest.param(line, expected)


# --- numbers ------------------------------------------------------------------------------

NUMBERS = [
    ("12 rue Haute", "12 rue: haute"),
    ("12, rue Haute", "12 rue: haute"),
    ("12 , rue Haute", "12 rue: haute"),
    ("12. rue Haute", "12 rue: haute"),
    ("12.rue Haute", "12 rue: haute"),
    ("12 - rue Haute", "12 rue: haute"),
    ("12-rue Haute", "12 rue: haute"),
    ("12 / rue Haute", "12 rue: haute"),
    ("12; rue Haute", "12 rue: haute"),
    ("n° 12 rue Haute", "12 rue: haute"),
    ("N°12, rue Haute", "12 rue: haute"),
    ("nº 12 rue Haute", "12 rue: haute"),
    ("no 12 rue Haute", "12 rue: haute"),
    ("012 rue Haute", "12 rue: haute"),
    ("9999 rue Haute", "9999 rue: haute"),
    ("0 rue Haute", "rue: haute"),
    ("rue Haute", "rue: haute"),
    # After the name.
    ("rue Haute 12", "12 rue: haute"),
    ("rue Haute n° 12", "12 rue: haute"),
    ("rue Haute 12 bis", "12b rue: haute"),
    ("quai Neuf 3", "3 quai: 9"),
    # Repetitions.
    ("12 bis rue Haute", "12b rue: haute"),
    ("12bis rue Haute", "12b rue: haute"),
    ("12 BIS, rue Haute", "12b rue: haute"),
    ("12 ter rue Haute", "12t rue: haute"),
    ("12 quater, rue Haute", "12q rue: haute"),
    ("12 quinquies rue Haute", "12c rue: haute"),
    ("12B rue Haute", "12b rue: haute"),
    ("12 b rue Haute", "12b rue: haute"),
    ("12 A, rue Haute", "12a rue: haute"),
    ("12 K rue Haute", "12k rue: haute"),
    ("3 A le Bourg", "3a : bourg"),
    # Ranges: the first counts.
    ("12-14 rue Haute", "12 rue: haute"),
    ("12/14 rue Haute", "12 rue: haute"),
    ("12 et 14 rue Haute", "12 rue: haute"),
    ("12 & 14 rue Haute", "12 rue: haute"),
    ("12 à 14 rue Haute", "12 rue: haute"),
    ("12-14-16 rue Haute", "12 rue: haute"),
    ("12 bis et 14 rue Haute", "12b rue: haute"),
    ("12bis-14 rue Haute", "12b rue: haute"),
    ("12 et 12 bis rue Haute", "12 rue: haute"),
    ("10-12bis rue Haute", "10 rue: haute"),
    ("10-12bis, rue Haute", "10 rue: haute"),
    ("12 et 14, rue Haute", "12 rue: haute"),
    ("12 - 14 rue Haute", "12 rue: haute"),
    ("12 / 14 rue Haute", "12 rue: haute"),
    # Numbers in the name.
    ("2 rue des 4 Vents", "2 rue: 4 vents"),
    ("rue des 3 Fontaines", "rue: 3 fontaines"),
    ("2 rue des Trois Fontaines", "2 rue: 3 fontaines"),
    ("12 allée 3", "12 allee: 3"),
    ("12 voie A 12", "12 voie: a 12"),
    ("12 rue du 3e Zouaves", "12 rue: 3 zouaves"),
    ("12 rue A", "12 rue: a"),
    ("12 Les 4 Chemins", "12 : 4 chemins"),
]

_COMMA = "the number after a comma is cut off with its segment"
_LATER = "of a range cut at its separator the last number is kept, not the first"
NUMBER_FAULTS = [
    fault("rue Haute, 12", "12 rue: haute", _COMMA),
    fault("rue Haute, n°12", "12 rue: haute", _COMMA),
    fault("place des 3 Rois, 5", "5 place: 3 rois", _COMMA),
    fault("12, 14 rue Haute", "12 rue: haute", _LATER),
    fault("12 - 14 - 16, rue Haute", "12 rue: haute", _LATER),
    fault("1, 3 et 5 rue Haute", "1 rue: haute", _LATER),
    fault("12 au 14 rue Haute", "12 rue: haute", "« au » is no separator of a range"),
    fault("12-B rue Haute", "12b rue: haute", "a letter after a dash is no repetition"),
    fault("12rue Haute", "12 rue: haute", "no space between number and kind"),
    fault("12–14 rue Haute", "12 rue: haute", "an en dash vanishes: number 1214"),
    fault("12 – 14 rue Haute", "12 rue: haute", "an en dash vanishes"),
    fault("12‑14 rue Haute", "12 rue: haute", "a hyphen that does not break vanishes"),
    fault("12 bis", "", "a number alone is read as the locality « bis »"),
]


@pytest.mark.parametrize(("line", "expected"), [*NUMBERS, *NUMBER_FAULTS])
def test_numbers(line: str, expected: str) -> None:
    assert first(line) == expected


# --- dates --------------------------------------------------------------------------------

DATES = [
    ("8 Mai 1945", ": 8 mai 1945"),
    ("11 novembre", ": 11 novembre"),
    ("1er mai", ": 1 mai"),
    ("19 mars 1962", ": 19 mars 1962"),
    ("rue du 11 novembre 1918", "rue: 11 novembre 1918"),
    ("Place du 11 novembre", "place: 11 novembre"),
    ("Place du 14 juillet", "place: 14 juillet"),
    ("rue du 1er mai", "rue: 1 mai"),
    ("rue du 19 mars 1962", "rue: 19 mars 1962"),
    ("3 rue du 8 mai 1945", "3 rue: 8 mai 1945"),
    ("8 rue du 8 mai", "8 rue: 8 mai"),
    ("3, avenue du 11 Novembre", "3 avenue: 11 novembre"),
    ("5 bis rue du 1er Mai", "5b rue: 1 mai"),
    ("12 rue du 4 septembre", "12 rue: 4 septembre"),
    ("3 place du Quatorze Juillet", "3 place: 14 juillet"),
    ("place du huit mai 1945", "place: 8 mai 1945"),
    ("1 rue du Onze-Novembre 1918, 45000 Orléans", "1 rue: 11 novembre 1918"),
    ("Mairie - 3 place du 8 mai 1945", "3 place: 8 mai 1945"),
]

_AFTER_DATE = "a number after a date stays in the name"
DATE_FAULTS = [
    fault("place du 8 mai 1945, 3", "3 place: 8 mai 1945", _COMMA),
    fault("rue du 8 mai 1945 n°12", "12 rue: 8 mai 1945", _AFTER_DATE),
]


@pytest.mark.parametrize(("line", "expected"), [*DATES, *DATE_FAULTS])
def test_dates_in_names(line: str, expected: str) -> None:
    assert first(line) == expected


# --- what is no street --------------------------------------------------------------------

NOISE = [
    ("1er étage, 12 rue Haute", "12 rue: haute"),
    ("12 rue Haute, 1er étage", "12 rue: haute"),
    ("12 rue Haute 2ème étage", "12 rue: haute"),
    ("12 rue Haute RDC", "12 rue: haute"),
    ("rez-de-chaussée 12 rue Haute", "12 rue: haute"),
    ("12 rue Haute, bâtiment B", "12 rue: haute"),
    ("Bâtiment B, 12 rue Haute", "12 rue: haute"),
    ("Bât. B 12 rue Haute", "12 rue: haute"),
    ("Bat 3 - 12 rue Haute", "12 rue: haute"),
    ("Bloc C 12 rue Haute", "12 rue: haute"),
    ("12 rue Haute Hall 2", "12 rue: haute"),
    ("12 rue Haute esc. A", "12 rue: haute"),
    ("12 rue Haute porte 3", "12 rue: haute"),
    ("12 rue Haute apt. 3", "12 rue: haute"),
    ("12 rue Haute, apt B12", "12 rue: haute"),
    ("Appartement 3, 12 rue Haute", "12 rue: haute"),
    ("bureau 12, 3 rue Haute", "3 rue: haute"),
    ("local 4 12 rue Haute", "12 rue: haute"),
    ("12 rue Haute BP 40", "12 rue: haute"),
    ("12 rue Haute - B.P. 1234", "12 rue: haute"),
    ("BP 1234 - 12 rue Haute", "12 rue: haute"),
    ("12 rue Haute CS 10234", "12 rue: haute"),
    ("CS 20001, 12 rue Haute", "12 rue: haute"),
    ("12 rue Haute - CS 10 234 - 45000 Orléans CEDEX", "12 rue: haute"),
    ("Boîte postale n° 12, 3 rue Haute", "3 rue: haute"),
    ("12 rue Haute CEDEX", "12 rue: haute"),
    ("12 rue Haute - cedex 09", "12 rue: haute"),
    ("12 rue Haute, 45000 Orléans", "12 rue: haute"),
    ("12 rue Haute 45000 ORLEANS", "12 rue: haute"),
    ("12 rue Haute 45000 ORLEANS CEDEX 2", "12 rue: haute"),
    ("12 rue Haute, 45 000 Orléans", "12 rue: haute"),
    ("12 rue Haute - F-45000 Orléans", "12 rue: haute"),
    ("12 rue Haute (derrière la mairie)", "12 rue: haute"),
    ("(Mairie) 12 rue Haute", "12 rue: haute"),
    ("12 rue Haute.", "12 rue: haute"),
    ("- 12 rue Haute,", "12 rue: haute"),
    # The same words, when they are the name.
    ("12 rue de la Porte", "12 rue: porte"),
    ("12 rue du Hall", "12 rue: hall"),
    ("12 avenue de la Porte de Vanves", "12 avenue: porte vanves"),
    ("12 rue de la Tour d'Auvergne", "12 rue: tour auvergne"),
    ("12 rue du Bloc", "12 rue: bloc"),
    ("12 impasse du Lot", "12 impasse: lot"),
    ("porte 12, avenue Foch", "avenue: foch"),
]

_BOX = "the number of a box swallows the house number after it"
_NAMED = "the last word of the name is taken for a part of a building"
NOISE_FAULTS = [
    fault("BP 40 3 rue Haute", "3 rue: haute", _BOX),
    fault("B.P. 1234 12 rue Haute", "12 rue: haute", _BOX),
    fault("TSA 12345 3 rue Haute", "3 rue: haute", _BOX),
    fault("12 rue de la Tour B", "12 rue: tour b", _NAMED),
    fault("12 rue de la Porte 3", "12 rue: porte 3", _NAMED),
    fault("4 place de la Porte A", "4 place: porte", _NAMED),
    fault(
        "45000 Orléans - 12 rue Haute",
        "12 rue: haute",
        "a postcode that comes first cuts off the whole line",
    ),
]


@pytest.mark.parametrize(("line", "expected"), [*NOISE, *NOISE_FAULTS])
def test_what_is_no_street_is_left_out(line: str, expected: str) -> None:
    assert first(line) == expected


# --- places -------------------------------------------------------------------------------

PLACES = [
    ("Mairie", [": mairie"]),
    ("Hôtel de ville", [": hotel ville"]),
    ("Le Bourg", [": bourg"]),
    ("au bourg", [": bourg"]),
    ("12 Le Bourg", ["12 : bourg", ": 12 bourg"]),
    ("ld Les Granges", [": granges"]),
    ("Cité administrative", ["cite: administrative", ": cite administrative"]),
    ("Porte de Bourgogne", ["porte: bourgogne", ": porte bourgogne"]),
    ("Résidence Les Lilas", ["residence: lilas", ": residence lilas"]),
    ("Gare SNCF", [": gare sncf"]),
    ("Petite rue du Mont", ["rue: petite mont"]),
    ("3 Grande Rue", ["3 rue: grande"]),
    ("Mairie - 3 place de l'Église", ["3 place: eglise", ": mairie"]),
    ("Mairie, place de l'Eglise", ["place: eglise", ": mairie"]),
    ("Mairie place de l'Eglise", ["place: eglise"]),
    ("Hôtel de Ville - 1 place Neuve", ["1 place: neuve", ": hotel ville"]),
    ("École Jules-Ferry - rue Haute", ["rue: haute", ": ecole jules ferry"]),
    ("Centre social - 12 rue Haute - 45000 Orléans", ["12 rue: haute", ": centre social"]),
    ("Médiathèque, 12 rue Haute, 2e étage, porte 3", ["12 rue: haute", ": mediatheque"]),
    ("CCAS 12 rue Haute", ["12 rue: haute"]),
    ("c/o Mairie 12 rue Haute", ["12 rue: haute"]),
    ("face au 12 rue Haute", ["12 rue: haute"]),
    ("Immeuble Le Mercure - Tour B - 12 rue Haute", ["12 rue: haute", ": immeuble mercure"]),
    ("ZAC du Moulin, 3 rue Ampère", ["3 rue: ampere", "zac: moulin", ": zac moulin"]),
    ("12 rue Haute ; 3 rue Basse", ["12 rue: haute", "3 rue: basse"]),
    ("rue Basse | 12 rue Haute", ["12 rue: haute", "rue: basse"]),
    ("12 rue Haute, 12 rue Haute", ["12 rue: haute"]),
    ("Mairie\n12 rue Haute\n45000 Orléans", ["12 rue: haute", ": mairie"]),
    ("Mairie\r\n12 rue Haute\r\n", ["12 rue: haute", ": mairie"]),
    ("12 rue Haute\nBP 12\n45000 Orléans cedex", ["12 rue: haute"]),
    # Overseas.
    ("12 rue Labourdonnais 97400 Saint-Denis", ["12 rue: labourdonnais"]),
    ("PK 3 route de Cayenne", ["3 route: cayenne"]),
    ("Immeuble Pomare, 12 avenue Bruat", ["12 avenue: bruat", ": immeuble pomare"]),
]

PLACE_FAULTS = [
    fault("Lieu-dit Le Bourg", [": bourg"], "« lieu-dit » in two words"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("line", "expected"), [*PLACES, *PLACE_FAULTS])
def test_every_reading_of_a_line(line: str, expected: list[str]) -> None:
    assert every(line) == expected


@pytest.mark.parametrize("line", ["Les 4 Chemins", "4 chemins"])
def test_a_figure_may_belong_to_the_locality(line: str) -> None:
    assert ": 4 chemins" in every(line)


# --- kinds of way -------------------------------------------------------------------------

KINDS = {
    "avenue": "av av. ave AV Av. aven avenue",
    "boulevard": "bd bd. BD bld blvd boul boulevard",
    "place": "pl pl. plc place",
    "route": "rte rte. rt route",
    "chemin": "ch ch. che chem chem. chemin",
    "impasse": "imp imp. impasse",
    "allee": "all all. allée allees ALLEE",
    "square": "sq sq. square",
    "faubourg": "fg fbg faubourg",
    "rue": "r r. R rue RUE",
    "ruelle": "rle rlle ruelle",
    "cours": "crs cours",
    "residence": "res res. résid résidence",
    "lotissement": "lot lot. lotissement",
    "rondpoint": "rd-pt rond-point rpt Rond-Point",
    "quai": "qu quai",
    "sentier": "sen sent sentier",
    "traverse": "tra trav traverse",
}


@pytest.mark.parametrize(
    ("written", "kind"), [(one, kind) for kind, forms in KINDS.items() for one in forms.split()]
)
def test_abbreviations_that_people_type(written: str, kind: str) -> None:
    assert first(f"12 {written} Foch") == f"12 {kind}: foch"


MISSPELT = ["avneue", "aveune", "avenu", "boulvard", "bouelvard", "plcae", "palce"]


@pytest.mark.parametrize("written", MISSPELT)
def test_a_misspelt_kind_is_read_both_ways(written: str) -> None:
    kind = {"a": "avenue", "b": "boulevard", "p": "place"}[written[0]]
    assert every(f"12 {written} Foch") == [f"12 : {written} foch", f"12 {kind}: foch"]


@pytest.mark.parametrize("kind", sorted(WAY_WORDS))
def test_every_kind_of_way_is_read_as_one(kind: str) -> None:
    """A kind that is often a part of a name may be read as such too, later."""
    assert first(f"12 {kind} des Merles") == f"12 {kind}: merles"


@pytest.mark.parametrize("short", sorted(WAY_ABBREVIATIONS))
def test_every_abbreviation_is_read_as_its_kind(short: str) -> None:
    assert first(f"12 {short} des Merles") == f"12 {WAY_ABBREVIATIONS[short]}: merles"


# --- writing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "12 rue de l'Église", "12 rue de l’Église", "12 rue de l Eglise", "12 rue de l´Eglise",
        "12 RUE DE L'EGLISE", "12 rue de l'église", "12 rue  de\tl'Eglise",
        "12 rue de l'E\u0301glise",
        "12\u00a0rue de l'Église", '12 "rue de l\'Église"', "12 «rue de l'Église»",
    ],
)  # fmt: skip
def test_ways_to_write_one_line(line: str) -> None:
    assert every(line) == ["12 rue: eglise"]


@pytest.mark.parametrize(
    "line",
    [
        "", " ", "\n", ",", "- - -", "...", "?", "0", "1", "12", "12,", "n°", "n° 12", "45000", "A",
        "45000 Orléans", "45000 ORLEANS CEDEX", "97400 Saint-Denis", "BP 12", "CS 12345",
        "Cidex 12",
        "1er étage", "Bâtiment A", "CEDEX", "Tour 3", "Boîte postale 12", "(Mairie)", "\u200b", "²",
    ],
)  # fmt: skip
def test_lines_that_say_nothing(line: str) -> None:
    assert readings(line) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 rue Haute 45000 Orléans", ["12 rue: haute"]),
        ("12 rue Haute 45000", ["12 rue: haute"]),
        ("12 rue Haute, 45000", ["12 rue: haute"]),
        ("12 rue Haute\n45000\nOrléans", ["12 rue: haute"]),
        ("12 rue Haute 45000-Orléans", ["12 rue: haute"]),
        ("12 rue Haute", ["12 rue: haute"]),
        ("12 rue du 145000", ["12 rue: 145000"]),
    ],
)
def test_the_postcode_of_the_row_is_cut_off(line: str, expected: list[str]) -> None:
    assert every(line, "45000") == expected


def test_plain_lines_are_read_the_same() -> None:
    """The cache takes lines of one plain form for one line."""
    line = 'Mairie,  12 bis RUE\u00a0de l’"Église".'
    assert plain(line) == "mairie, 12 bis rue de l eglise"
    assert readings(line) == readings(plain(line))


# --- any text -----------------------------------------------------------------------------

#: What lines of addresses are made of, and what trips patterns.
PIECES = st.sampled_from(
    [
        *("12", "1", "0", "45000", "bis", "ter", "b", "a", "n°", "rue", "r", "av.", "bd", "place"),
        *("de", "l'", "la", "des", "du", "Haute", "Église", "8 mai 1945", "BP", "cs", "CEDEX", "("),
        *(")", ",", "-", " - ", "/", "\n", ";", "étage", "bât", "lot", "Tour", "et", "à", "ldt"),
        *("Le Bourg", "Orléans", "rond", "point", "œ", "ß", "İ", "–", "½", "²", "Ø", "\u0301", "."),
    ]
)
LINES = st.one_of(
    st.text(max_size=60),
    # Few numbers in a row: see test_ranges_do_not_explode.
    st.lists(PIECES, max_size=12).map(" ".join),
    st.lists(PIECES, max_size=8).map("".join),
)


@settings(max_examples=400)
@given(LINES, st.sampled_from(["", "45000", "97400"]))
def test_any_text_is_read_without_a_fault(line: str, postcode: str) -> None:
    found = readings(line, postcode)
    assert len(found) <= MAX_READINGS
    assert len(set(found)) == len(found)
    assert readings.__wrapped__(line, postcode) == found
    for one in found:
        assert 0 <= one.number <= 9999
        assert one.repetition == "" or (len(one.repetition) == 1 and one.repetition.islower())
        assert one.core.strip()
        assert one.kind == "" or one.kind in WAY_WORDS
        assert set(one.core) <= {*string.ascii_lowercase, *string.digits, " "}


_FRENCH = "abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæ0123456789 ,.-/'()\n"


@settings(max_examples=300)
@given(st.one_of(st.text(_FRENCH, max_size=50), st.lists(PIECES, max_size=10).map(" ".join)))
def test_capitals_and_accents_say_nothing(line: str) -> None:
    found = readings(line)
    if (
        "İ" not in line and "ß" not in line
    ):  # these have no capital, or no small letter, of one sign
        assert readings(line.upper()) == found
        assert readings(line.lower()) == found
    bare = line.translate(str.maketrans("àâäçéèêëîïôöùûüÿÉÈÀ", "aaaceeeeiioouuuyEEA"))
    assert readings(bare) == found


@pytest.mark.parametrize(
    "unit",
    [
        "1", "1 ", "12-", ",", ", ", "\n", "(", "(a", "bp ", "bp 1 ", "rue ", "12 rue ", "a", "a ",
        "-", " - ", "f - ", "petite ", "1 bis ", "cedex ", "12 000 ", "45000 ", "1 er etage ",
        "12, ", "é", "rue haute, ", "n ", "aet", "bat a ", "1\n",
    ],
)  # fmt: skip
def test_very_long_lines_end(unit: str) -> None:
    """A pattern that goes back over all its choices would never come out of ten thousand signs."""
    line = unit * (10_000 // len(unit))
    assert len(readings(line)) <= MAX_READINGS
    assert first(f"12 rue Haute{' ' if unit[0].isalnum() else ''}\n{line}").startswith(
        "12 rue: haute"
    )


def test_ranges_do_not_explode() -> None:
    """The guard is of processor time, so that a busy machine does not matter."""

    def stop(*_: object) -> None:
        raise AssertionError("still reading")

    before = signal.signal(signal.SIGVTALRM, stop)
    # These 27 numbers took minutes; without the fault, less than a thousandth of the guard.
    signal.setitimer(signal.ITIMER_VIRTUAL, 1)
    try:
        readings("1 et " * 27 + "x")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)

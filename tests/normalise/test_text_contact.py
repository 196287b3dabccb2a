"""Free text, names, contact details and addresses: examples, properties, personal e-mails."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opendata.normalise import email, name, normaliser, phone, summary, text, url
from opendata.normalise.base import Cleaned, Example
from opendata.normalise.personal import is_nominative
from opendata.schema import problems, table_schema

KINDS = ("texte", "nom", "resume", "telephone", "courriel", "url", "adresse", "cle", "commune")
FIELDS = {field["name"]: field for field in table_schema()["fields"]}
TELEPHONE = re.compile(FIELDS["telephone"]["constraints"]["pattern"])
MIRROR = Path(__file__).parents[3] / "shared" / "mirror"

CASES = [
    pytest.param(kind, case, id=f"{kind}-{number}")
    for kind in KINDS
    for number, case in enumerate(normaliser(kind).EXAMPLES)
]

#: What real cells are made of, so that random text also reaches the rules.
FRAGMENTS = (
    "02 61 91 45 98", "+33", "+32 2 123 45 67", "0692", "00", "/", " ou ", "\n", ";", "|", ",",
    "contact@exemple.fr", "@", " at ", "mailto:", "<", ">", "https://", "http:/", "www.", "www,",
    "Exemple.FR/Chemin", "?a=1&amp;b", "&lt;", "&amp;", "\\-", "\\", '"', "«", "»", "'", "=", "+",
    "-", "\t", "\x00", "\u200b", "\ud800", "Ã©", "â€™", "🙂", "12", " bis", "rue de la Gare",
    "45000", "Orléans", " CEDEX 2", "France", "#N/D", "null", "\ufffd", "?", "{", "╢", "n° ",
    "c/o ", "3949", "3230", "exemple.fr", "%20", ".con", "@@", "http//", "St ", "S/", "cédex",
    "néant", "(", ")", ".0", "<b>", "</p>", "…",
)  # fmt: skip
CELLS = st.one_of(
    st.text(st.characters(), max_size=40),
    st.lists(st.sampled_from(FRAGMENTS), max_size=9).map("".join),
    st.lists(st.sampled_from(FRAGMENTS), min_size=20, max_size=60).map(" ".join),
)
POSTCODES = st.sampled_from(["", "45000", "97400", "98800", "97133", "x", "(", "4"])
COMMUNES = st.sampled_from(["", "Orléans", "ORLEANS CEDEX", "Saint-Jean-de-Braye", "(", "de"])

HOSTILE = (
    "9" * 300, "a" * 10_000, "<" * 10_000, "&amp;" * 2_000, "&" + "amp;" * 2_000, "\x00" * 10_000,
    "🙂" * 3_000, "((" * 5_000, "@" * 10_000, "a@" * 5_000, "a." * 5_000 + "@x.fr", "0 " * 5_000,
    "http://" * 1_500, "\\" * 10_000, ", " * 5_000, "<a " * 3_000, "<!--" * 2_500, "Ã" * 10_000,
    '"' * 10_000, "- " * 5_000, "45000 a " * 1_250, "cedex" * 2_000, "é" * 10_000,
)  # fmt: skip


def run(kind: str, raw: str, code_postal: str = "", commune: str = "") -> Cleaned:
    module = normaliser(kind)
    given = {"code_postal": code_postal, "commune": commune}
    return module.clean(raw, **{name: given[name] for name in module.CONTEXT})


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_every_example_is_what_the_function_does(kind: str, case: Example) -> None:
    found = run(kind, case.raw, **case.context)
    assert (found.value, found.code) == (case.value, case.code)


@pytest.mark.parametrize("kind", KINDS)
def test_a_module_is_complete(kind: str) -> None:
    module = normaliser(kind)
    assert kind == module.NAME
    assert len(module.EXAMPLES) >= 6
    assert {case.code for case in module.EXAMPLES} <= {"", *problems()}
    assert run(kind, "") == Cleaned("")


@pytest.mark.parametrize("kind", KINDS)
@given(raw=CELLS, code_postal=POSTCODES, commune=COMMUNES)
@example(raw="45000 Orléans 45000 Orléans", code_postal="45000", commune="Orléans")
@example(raw="\\\r,0", code_postal="", commune="")
@settings(max_examples=120, deadline=None, derandomize=True)
def test_cleaning_never_raises_and_is_idempotent(
    kind: str, raw: str, code_postal: str, commune: str
) -> None:
    found = run(kind, raw, code_postal, commune)
    again = run(kind, found.value, code_postal, commune)
    assert again.value == found.value
    # A letter that is lost stays lost, a number is no name; nothing else is said twice.
    assert again.code in ("", "lettre_perdue", "nom_douteux")
    assert found.code in ("", *problems())
    if kind != "cle":
        assert found.value == " ".join(found.value.split())
        assert not found.value.startswith(("=", "@", "-"))
    if raw.strip() and not found.value and text.tidy(raw):
        assert found.code, "a value was lost without a word"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", HOSTILE, ids=lambda raw: repr(raw[:6]))
def test_hostile_cells_cost_only_themselves(kind: str, raw: str) -> None:
    found = run(kind, raw, "45000", "Orléans")
    assert run(kind, found.value, "45000", "Orléans").value == found.value


def test_what_stands_beyond_a_cell_is_refused_unread() -> None:
    addresses = "\n".join(f"epn{number}@exemple.fr" for number in range(200))
    found = email.clean(addresses)
    assert found.code == "courriel_illisible"
    assert found.value and set(found.value.split("|")) < set(addresses.split())
    pages = "\n".join(f"https://exemple.fr/{number}" for number in range(400))
    assert set(url.clean(pages).value.split("|")) < set(pages.split())
    assert url.clean(pages).code == "url_illisible"


@pytest.mark.parametrize(
    "raw",
    [
        "votre-mail@domaine.com", "prenom.nom@orange.fr", "xxxx@gmail.com", "a@domaine.fr",
        "mail@mail.com", "nom@nom.fr",
        "mediatheque@exemple.zzzz", "contact@bibliotheque source.fr",
        "https://user:mot@exemple.fr",
    ],
)  # fmt: skip
def test_what_may_be_no_address_is_not_published(raw: str) -> None:
    assert email.clean(raw).value == ""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("contact@test-numerique.fr", "contact@test-numerique.fr"),
        ("test@exemple.fr", "test@exemple.fr"),
        ("0261910042@exemple.fr", "0261910042@exemple.fr"),
        ("Mairie <a1@exemple.fr>, EPN <b2@exemple.fr>", "a1@exemple.fr|b2@exemple.fr"),
        ("a1@exemple.fr (b2@exemple.fr)", "a1@exemple.fr|b2@exemple.fr"),
        ("Tél : 0261910042 Mail : a1@exemple.fr", "a1@exemple.fr"),
    ],
)
def test_what_stands_beside_an_address_is_told_from_it(raw: str, expected: str) -> None:
    assert email.clean(raw).value == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "https://exemple.fr/epn Facebook : https://b.fr/x",
            "https://exemple.fr/epn|https://b.fr/x",
        ),
        ("https://exemple.fr/x, https://b.fr/y z", "https://exemple.fr/x"),
        ("https://exemple.fr/epn/ Horaires", "https://exemple.fr/epn/"),
        ("https://exemple.fr/plan.pdf Plan", "https://exemple.fr/plan.pdf"),
        ("https://exemple.fr/epn Tél : 02 61 91 00 42", "https://exemple.fr/epn"),
        ("https://exemple.fr/epn (site)", "https://exemple.fr/epn"),
        ("https://exemple.fr/l'epn d'ici", ""),
        ("https://exemple.fr/epn Ouvert le lundi/mardi", ""),
        ("http://ww.exemple.fr", "http://www.exemple.fr"),
        ("https://exemple.fr/ww.", "https://exemple.fr"),
        ("https://exemple.fr/page.htmwww.", "https://exemple.fr/page.htm"),
        ("https://exemple.fr/epntps://www.", "https://exemple.fr/epn"),
        ("https://exemple.fr//www.", "https://exemple.fr"),
        ("https://exemple.fr/www", "https://exemple.fr/www"),
    ],
)
def test_an_address_is_whole_or_not_published(raw: str, expected: str) -> None:
    assert url.clean(raw).value == expected


@given(raw=CELLS, code_postal=POSTCODES)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_telephone_respects_the_schema(raw: str, code_postal: str) -> None:
    found = phone.clean(raw, code_postal)
    assert not found.value or TELEPHONE.fullmatch(found.value)


@given(raw=CELLS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_lengths_respect_the_schema(raw: str) -> None:
    long = raw * 9
    assert len(name.clean(long).value) <= FIELDS["nom"]["constraints"]["maxLength"]
    limit = FIELDS["presentation_resume"]["constraints"]["maxLength"]
    assert len(summary.clean(long).value) <= limit


def test_the_detail_says_what_was_lost() -> None:
    assert phone.clean("02 61 91 45 98 ou 0612345678").detail == "+33612345678"
    assert email.clean("epn@exemple.fr; biblio@exemple").detail == "biblio@exemple"
    assert url.clean("www.exemple.fr @epn").detail == "@epn"
    assert summary.clean("mot " * 100).detail == "399"


@pytest.mark.parametrize(
    ("raw", "code_postal", "expected"),
    [
        ("0262 12 34 56", "97400", "+262262123456"),
        ("0692123456", "", "+262692123456"),
        ("0590 12 34 56", "97110", "+590590123456"),
        ("0696 12 34 56", "97200", "+596696123456"),
        ("0594 30 12 34", "97300", "+594594301234"),
        ("+687 26 12 34", "98800", "+687261234"),
        ("40 41 23 45", "98714", "+68940412345"),
        ("33 2 61 91 45 98", "45000", "+33261914598"),
        ("0261914598 0612345678", "45000", "+33261914598"),
        ("'+33 2 61 91 45 98", "45000", "+33261914598"),
        ("0 2 61 91 45 98", "45000", "+33261914598"),
    ],
)
def test_numbers_follow_the_plan_of_their_territory(
    raw: str, code_postal: str, expected: str
) -> None:
    assert phone.clean(raw, code_postal).value == expected


@pytest.mark.parametrize(
    ("e164", "mobile"),
    [
        ("+33612345678", True), ("+33261914598", False), ("+262692123456", True),
        ("+262262123456", False), ("+590690123456", True), ("", False), ("n'importe quoi", False),
    ],
)  # fmt: skip
def test_mobile_numbers_are_told_apart(e164: str, mobile: bool) -> None:
    assert phone.is_mobile(e164) is mobile


#: Made-up people and places, in the shapes met in real files.
PERSONS = """
Camille.DURAND@exemple.fr camille-durand@exemple.fr durand.camille@exemple.fr
c.durand@exemple.fr c-durand@exemple.fr durand.c@exemple.fr jp.durand@exemple.fr
fx.durand@exemple.fr marie-claire.durand@exemple.fr camille.durand-martel@exemple.fr
camille.durand45@exemple.fr camille41.durand@exemple.fr yann.le-goff@exemple.fr
jean.de-la-tour@exemple.fr zulmira.abrantes@exemple.fr juliedurand@exemple.fr
franckdurand@exemple.fr sandrine@exemple.fr p-durand-mairie@exemple.fr
l.durand@exemple.fr d.durand@exemple.fr h.saint-martin@exemple.fr camille_durand@exemple.fr
"""

GENERIC = """
contact@exemple.fr accueil@exemple.fr accueil.msap@exemple.fr mairie.la-ferte@exemple.fr
mairie-de-grandbourg@exemple.fr bibliotheques@exemple.fr biblio.grandbourgsurloire@exemple.fr
bibliothequedegrandbourg@exemple.fr mediatheque.simone.veil@exemple.fr bm-grandbourg@exemple.fr
franceservices.grandbourg@exemple.fr maison.services@exemple.fr pole-de-jour@exemple.org
grand-bourg-de-plaine@france-services.gouv.fr lescar.miey@france-services.gouv.fr
pij.la-ferte-saint-aubin@exemple.fr msap.neuville-le-pont@exemple.fr epn.grandbourg@exemple.fr
cyberbasegrandbourg@exemple.fr csc.grandbourg@exemple.fr mjc.chateau-neuf@exemple.fr
l-elan@exemple.fr e-inclusion@exemple.fr secretariat@exemple.fr infoemploi@exemple.fr
a.b.c.d@exemple.fr commune.de.grandbourg@exemple.fr espace-multimedia@exemple.fr
saint-laurent@exemple.fr st.gaudens@exemple.fr tours@exemple.fr lelab@exemple.fr
conseiller.numerique@exemple.fr contact.laferte@exemple.fr pi14.grandbourg@exemple.fr
"""


@pytest.mark.parametrize("address", PERSONS.split())
def test_an_address_with_a_name_is_nominative(address: str) -> None:
    assert is_nominative(address)


@pytest.mark.parametrize("address", GENERIC.split())
def test_an_address_of_a_place_is_generic(address: str) -> None:
    assert not is_nominative(address)


def test_the_words_of_the_place_explain_an_address() -> None:
    assert is_nominative("madeleine@exemple.fr")
    assert not is_nominative("madeleine@exemple.fr", frozenset({"espace", "madeleine"}))
    assert not is_nominative("grandbourg.plaine@exemple.fr", frozenset({"grandbourg"}))
    # A first name that is also in the commune's name explains nothing about the surname.
    assert is_nominative("laurent.durand@exemple.fr", frozenset({"saint", "laurent"}))


@given(raw=CELLS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_text_has_a_verdict(raw: str) -> None:
    assert is_nominative(raw) in (True, False)


@pytest.mark.mirror
@pytest.mark.skipif(not MIRROR.is_dir(), reason="the real files of ../shared/mirror are absent")
def test_real_contact_details_are_read() -> None:
    rows = json.loads((MIRROR / "hub-lo.json").read_text(encoding="utf-8"))
    for column, clean, share in (
        ("c_telephone", phone.clean, 0.97),
        ("c_courriel", email.clean, 0.97),
        ("c_site_web", url.clean, 0.97),
    ):
        found = [clean(str(row[column])) for row in rows if row[column]]
        stated = [one for one in found if one.code != "texte_vide_de_sens"]
        assert sum(bool(one.value) for one in stated) / len(stated) >= share, column

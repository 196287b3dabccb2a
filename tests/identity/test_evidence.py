"""What each witness says of a pair: every one of its levels, told by made-up rows."""

from typing import Any

import numpy as np
import pytest

from opendata.identity.evidence import LEVELS, comparable, metres_apart, witnesses
from tests.identity.rows import row, table

Row = dict[str, Any]


def said(one: Row, other: Row) -> dict[str, str]:
    """The word of each witness about two rows."""
    rows = comparable(table(one, other))
    found = witnesses(rows, np.array([0]), np.array([1])).iloc[0]
    back = witnesses(rows, np.array([1]), np.array([0])).iloc[0]
    assert found.tolist() == back.tolist(), "a witness looks at both rows alike"
    return {name: LEVELS[name][level] for name, level in found.items()}


def names(one: str, other: str) -> tuple[Row, Row]:
    return row(one), row(other)


def streets(one: str, other: str) -> tuple[Row, Row]:
    return row("Alpha", one), row("Alpha", other)


def apart(metres: float, one: str = "numero", other: str = "numero") -> tuple[Row, Row]:
    return row("Alpha", north=0, precision=one), row("Alpha", north=metres, precision=other)


def having(name: str, one: str, other: str) -> tuple[Row, Row]:
    return row("Alpha", **{name: one}), row("Alpha", **{name: other})


#: (witness, level): pairs of rows of which the witness says so.
CASES: dict[tuple[str, str], list[tuple[Row, Row]]] = {
    ("nom", "identique"): [
        names("Médiathèque du Pont", "MEDIATHEQUE DU PONT"),
        names("Espace Tilleuls", "Les Tilleuls"),
    ],
    ("nom", "tres_proche"): [names("Cyber-base des Mariniers", "Cyber-base des Marinier")],
    ("nom", "inclus"): [names("Cyber-base des Mariniers", "Cyber-base des Mariniers réunis")],
    ("nom", "proche"): [names("Cyber-base du Moulin Vieux", "Cyber-base du Moulin Vert")],
    ("nom", "un_generique"): [names("Médiathèque", "Médiathèque Rabelais")],
    ("nom", "generiques"): [
        names("Mairie", "mairie"),
        names("Médiathèque municipale", "MEDIATHEQUE MUNICIPALE"),
        names("Médiathèque de Blois", "Bibliothèque municipale"),
    ],
    ("nom", "eloigne"): [names("Cyber-base du Vieux Moulin", "Cyber-base du Grand Moulin")],
    ("nom", "different"): [names("Cyber-base Rabelais", "Cyber-base des Mariniers")],
    ("marque", "aucune"): [names("Cyber-base", "Médiathèque")],
    ("marque", "meme"): [
        names("Cyber-base Nord", "EPN quartier Nord"),
        names("Cyber-base n° 2", "Cyber-base II"),
    ],
    ("marque", "une"): [names("Mairie", "Mairie annexe")],
    ("marque", "autre"): [
        names("Cyber-base Nord", "Cyber-base Sud"),
        names("Cyber-base 1", "Cyber-base 2"),
    ],
    ("genre", "meme"): [
        names("Médiathèque", "Bibliothèque"),
        names("MSAP de Blois", "France services"),
    ],
    ("genre", "un_inconnu"): [names("Les Tilleuls", "Médiathèque Les Tilleuls")],
    ("genre", "inconnus"): [names("Les Tilleuls", "Espace Tilleuls")],
    ("genre", "heberge"): [
        names("France services - CCAS", "CCAS de Blois"),
        names("Bus France services", "France services"),
    ],
    ("genre", "autre"): [names("France services", "Mairie")],
    ("adresse", "meme_numero"): [
        streets("3 bd de la Loire", "3, Boulevard de la Loire"),
        streets("3 bis rue des Lices", "3bis rue des Lices"),
        (
            row("Alpha", "Le Bourg", ban_id="41018_0001_00003"),
            row("Alpha", "rue neuve", ban_id="41018_0001_00003"),
        ),
    ],
    ("adresse", "meme_voie"): [streets("rue des Lices", "Rue des lices")],
    ("adresse", "numero_inconnu"): [streets("3 rue des Lices", "rue des Lices")],
    ("adresse", "autre_numero"): [
        streets("3 rue des Lices", "5 rue des Lices"),
        streets("3 rue des Lices", "3 bis rue des Lices"),
    ],
    ("adresse", "inconnue"): [streets("", "3 rue des Lices"), streets("", "")],
    ("adresse", "autre_voie"): [
        streets("3 rue des Lices", "3 rue Denis Papin"),
        streets("3 rue de la Mairie", "3 place de la Mairie"),
    ],
    ("distance", "contigu"): [apart(0), apart(35), apart(35, "voie", "voie")],
    ("distance", "proche"): [apart(45), apart(115)],
    ("distance", "voisin"): [apart(125), apart(340)],
    ("distance", "quartier"): [apart(360), apart(990)],
    ("distance", "vague"): [
        (row("Alpha"), row("Alpha", north=0)),
        (row("Alpha"), row("Alpha")),
        apart(0, "commune", "commune"),
        apart(9_000, "numero", "commune"),
        apart(2_000, "lieu-dit", "numero"),
    ],
    ("distance", "loin"): [apart(1_100), apart(3_900), apart(3_000, "lieu-dit")],
    ("distance", "tres_loin"): [apart(4_200), apart(14_000, "commune")],
    ("telephone", "meme"): [
        having("telephone", "+33261910001", "+33261910001"),
        having("telephone", "+33261910001|+33261910002", "+33261910002"),
    ],
    ("telephone", "inconnu"): [having("telephone", "+33261910001", "")],
    ("telephone", "autre"): [having("telephone", "+33261910001", "+33261910002")],
    ("courriel", "meme"): [
        having("courriels", "a@exemple.fr", "b@exemple.fr|a@exemple.fr"),
        having("courriels", "lieu@orange.fr", "lieu@orange.fr"),
    ],
    ("courriel", "meme_domaine"): [having("courriels", "a@exemple.fr", "b@exemple.fr")],
    ("courriel", "inconnu"): [having("courriels", "a@exemple.fr", "")],
    ("courriel", "autre"): [
        having("courriels", "a@exemple.fr", "a@exemple.org"),
        # A free-mail host that two rows share is that of thousands.
        having("courriels", "alpha@orange.fr", "beta@orange.fr"),
        having("courriels", "alpha@gmail.com", "beta@gmail.com"),
    ],
    ("site", "meme"): [
        having("site_web", "https://www.exemple.fr/lieu/", "http://exemple.fr/lieu"),
        having("site_web", "https://www.facebook.com/alpha", "https://facebook.com/alpha/"),
    ],
    ("site", "meme_domaine"): [
        having("site_web", "https://exemple.fr/a", "https://www.exemple.fr/b"),
    ],
    ("site", "inconnu"): [
        having("site_web", "https://exemple.fr/a", ""),
        # The page of nobody in particular.
        having("site_web", "https://www.facebook.com/", "https://www.facebook.com/alpha"),
    ],
    ("site", "autre"): [
        having("site_web", "https://exemple.fr/a", "https://exemple.org/a"),
        having("site_web", "https://www.facebook.com/alpha", "https://www.facebook.com/beta"),
        having("site_web", "https://alpha.wordpress.com/x", "https://beta.wordpress.com/x"),
    ],
    ("pivot", "meme"): [having("pivot", "20004480200016", "20004480200016")],
    ("pivot", "meme_organisme"): [having("pivot", "20004480200016", "20004480200024")],
    ("pivot", "inconnu"): [having("pivot", "20004480200016", ""), having("pivot", "", "")],
    ("pivot", "autre"): [having("pivot", "20004480200016", "21410018900017")],
    ("source", "autre"): [(row("Alpha", source="a"), row("Alpha", source="b"))],
    ("source", "meme"): [(row("Alpha", source="a"), row("Alpha", source="a"))],
    ("commune", "meme"): [(row("Alpha"), row("Alpha"))],
    ("commune", "autre"): [
        (row("Alpha"), row("Alpha", ville="Tours")),
    ],
}


@pytest.mark.parametrize(
    ("witness", "level", "one", "other"),
    [(*key, *both) for key, cases in CASES.items() for both in cases],
)
def test_what_a_witness_says(witness: str, level: str, one: Row, other: Row) -> None:
    assert said(one, other)[witness] == level


def test_every_level_of_every_witness_is_reached() -> None:
    assert set(CASES) == {(name, level) for name, levels in LEVELS.items() for level in levels}


def test_metres_between_points() -> None:
    rows = comparable(table(row("Alpha", north=0), row("Beta", north=250), row("Gamma")))
    metres = metres_apart(rows, np.array([0, 0]), np.array([1, 2]))
    assert metres[0] == pytest.approx(250, abs=1)
    assert np.isnan(metres[1])


def test_pairs_are_judged_each_for_itself() -> None:
    rows = comparable(table(row("Mairie", north=0), row("Mairie", north=10), row("Médiathèque")))
    together = witnesses(rows, np.array([0, 0, 1]), np.array([1, 2, 2]))
    alone = [witnesses(rows, np.array([a]), np.array([b])).iloc[0].tolist()
             for a, b in ((0, 1), (0, 2), (1, 2))]  # fmt: skip
    assert together.to_numpy().tolist() == alone


def test_no_pairs_no_words() -> None:
    rows = comparable(table(row("Mairie")))
    none = np.empty(0, dtype="int64")
    found = witnesses(rows, none, none)
    assert list(found.columns) == list(LEVELS)
    assert found.empty

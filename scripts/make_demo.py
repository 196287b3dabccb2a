"""Make the four source files of the demo dataset, and the list of what is wrong in them.

Run by hand (``.venv/bin/python scripts/make_demo.py [FOLDER]``); the output is committed to
``data/raw/demo``. The seed is fixed and nothing depends on the day or the machine, so a
second run writes the same bytes. Communes, postcodes and INSEE codes are real; names of
places, streets with their numbers, phones (the ranges ARCEP keeps for fiction), addresses
on the web and SIRETs are invented.
"""

import csv
import io
import json
import random
import re
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

SEED = 20261123
FOLDER = Path(__file__).resolve().parents[1] / "data" / "raw" / "demo"
#: What zip members and document properties say, so that the workbook's bytes stay the same.
FIXED_TIME = datetime(2026, 1, 1)
XLSX_HEADER_ROW = 4

# Town centres, three decimals: a hundred metres is enough to scatter invented places around.
COMMUNES = """\
18033;Bourges;18000;47.084;2.396
18279;Vierzon;18100;47.222;2.069
18197;Saint-Amand-Montrond;18200;46.723;2.505
18015;Aubigny-sur-Nère;18700;47.489;2.438
18241;Sancerre;18300;47.331;2.839
28085;Chartres;28000;48.447;1.488
28134;Dreux;28100;48.737;1.366
28088;Châteaudun;28200;48.070;1.331
28280;Nogent-le-Rotrou;28400;48.321;0.822
28218;Lucé;28110;48.437;1.463
28103;Cloyes-les-Trois-Rivières;28220;47.997;1.237
36044;Châteauroux;36000;46.811;1.691
36088;Issoudun;36100;46.949;1.994
36018;Le Blanc;36300;46.633;1.063
36046;La Châtre;36400;46.581;1.987
36006;Argenton-sur-Creuse;36200;46.588;1.520
37261;Tours;37000;47.394;0.685
37122;Joué-lès-Tours;37300;47.352;0.662
37072;Chinon;37500;47.168;0.240
37132;Loches;37600;47.128;0.996
37003;Amboise;37400;47.413;0.984
37233;Saint-Pierre-des-Corps;37700;47.391;0.729
41018;Blois;41000;47.586;1.331
41194;Romorantin-Lanthenay;41200;47.359;1.743
41269;Vendôme;41100;47.793;1.066
41136;Mer;41500;47.700;1.508
41295;Vineuil;41350;47.582;1.374
41232;Salbris;41300;47.424;2.050
45234;Orléans;45000;47.903;1.909
45284;Saint-Jean-de-Braye;45800;47.913;1.972
45232;Olivet;45160;47.863;1.901
45208;Montargis;45200;47.997;2.733
45155;Gien;45500;47.687;2.631
45252;Pithiviers;45300;48.172;2.252
45028;Beaugency;45190;47.779;1.632
75110;Paris;75010;48.876;2.360
75111;Paris;75011;48.859;2.379
75118;Paris;75018;48.892;2.349
75119;Paris;75019;48.887;2.385
77284;Meaux;77100;48.960;2.879
77288;Melun;77000;48.540;2.660
77379;Provins;77160;48.560;3.299
77186;Fontainebleau;77300;48.405;2.702
78646;Versailles;78000;48.804;2.130
78361;Mantes-la-Jolie;78200;48.991;1.717
78517;Rambouillet;78120;48.644;1.830
78498;Poissy;78300;48.929;2.045
91228;Évry-Courcouronnes;91000;48.624;2.430
91377;Massy;91300;48.726;2.271
91223;Étampes;91150;48.434;2.162
91174;Corbeil-Essonnes;91100;48.614;2.475
92050;Nanterre;92000;48.892;2.207
92049;Montrouge;92120;48.818;2.319
92036;Gennevilliers;92230;48.925;2.294
93048;Montreuil;93100;48.862;2.443
93066;Saint-Denis;93200;48.936;2.358
93008;Bobigny;93000;48.909;2.440
93055;Pantin;93500;48.894;2.403
94028;Créteil;94000;48.790;2.456
94041;Ivry-sur-Seine;94200;48.814;2.385
94017;Champigny-sur-Marne;94500;48.817;2.515
95127;Cergy;95000;49.036;2.063
95018;Argenteuil;95100;48.947;2.247
95585;Sarcelles;95200;48.997;2.379
95355;Magny-en-Vexin;95420;49.155;1.787
"""


def words(text: str) -> list[str]:
    return text.split(";")


PLACE_WORDS = words(
    "Les Tilleuls;Le Marronnier;La Passerelle;Les Glycines;Le Vieux Lavoir;La Boussole;"
    "Les Trois Ponts;Le Cerf-volant;La Lanterne;Les Coquelicots;Le Grand Pressoir;La Fabulette;"
    "Les Quatre Vents;Le Petit Quai;La Clairière;Les Moulins Bleus;Le Colibri;La Verrière;"
    "Les Pas Perdus;Le Potager;La Courte Échelle;Les Hirondelles;Le Sémaphore;La Cabane;"
    "Les Ricochets;Le Fil Rouge;La Girouette;Les Peupliers;Le Pigeonnier;La Marelle;"
    "Les Alouettes;Le Bac à sable;La Luciole;Les Bruyères;Le Préau;La Ritournelle;"
    "Les Noisetiers;Le Virage;La Tortue;Les Saisons;Le Tambour;La Cordelette;Les Genêts;"
    "Le Hamac;La Mésange"
)
SHARED_WORDS = words(
    "La Ruche à pixels;L'Écran bleu;Le Nuage;La Puce savante;Le Clavier nomade;L'Atelier 404;"
    "La Bobine;Le Rond-point;La Machinerie douce;L'Établi partagé;Le Bureau des voisins;"
    "La Prise multiple;Le Fer à souder;L'Ampoule;La Table ronde;Le Grenier commun;L'Engrenage;"
    "La Cafetière;Le Pliage;L'Imprévu;La Découpe;Le Copeau;L'Étincelle verte;La Soudure;"
    "Le Bocal;L'Escale studieuse;La Pelote;Le Carton plein;L'Arrosoir;La Manivelle;"
    "Le Tournevis;L'Abri;La Serre;Le Rabot;L'Encrier;La Planche;Le Patio;L'Horloge;"
    "La Bascule;Le Télégraphe"
)
STREETS = words(
    "rue des Lilas;place du Marché;rue du Lavoir;avenue de la Gare;rue de la Fontaine;"
    "impasse des Acacias;boulevard du Canal;rue des Écoles;rue du Moulin;chemin des Vignes;"
    "place de la Mairie;rue des Tanneurs;allée des Platanes;rue du Pont;quai des Marronniers;"
    "rue du Stade;rue des Jardins;avenue des Peupliers"
)
SERVICES = (
    "Aide aux démarches administratives",
    "Maîtrise des outils numériques du quotidien",
    "Accès internet et matériel informatique",
    "Utilisation sécurisée du numérique",
    "Loisirs et créations numériques",
)
CLOSED = "fermé"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")

Row = dict[str, Any]
T = TypeVar("T")


class Commune(NamedTuple):
    code: str
    name: str
    postcode: str
    latitude: float
    longitude: float


class Defect(NamedTuple):
    """What is planted in one record (counted from 1), said in French and English."""

    record: int
    changes: Row
    fr: str
    en: str


class Twin(NamedTuple):
    """One place that two files describe."""

    records: dict[str, int]
    place: Row
    point: tuple[float, float]


class Source(NamedTuple):
    """One file: its records, its defects and how a record is found again in it."""

    file: str
    rows: list[Row]
    defects: Sequence[Defect]
    first_line: int
    write: Callable[[list[Row], Path], None]


def communes() -> dict[str, Commune]:
    found = {}
    for line in COMMUNES.splitlines():
        code, name, postcode, latitude, longitude = line.split(";")
        found[code] = Commune(code, name, postcode, float(latitude), float(longitude))
    return found


TOWNS = communes()
CENTRE = [code for code in TOWNS if code[:2] in {"18", "28", "36", "37", "41", "45"}]
PARIS_REGION = [code for code in TOWNS if code not in CENTRE]


class Dice:
    """Chance through ``random()`` alone: the one method Python promises never to change."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, bound: int) -> int:
        return int(self._random.random() * bound)

    def one_of(self, values: Sequence[T]) -> T:
        return values[self.below(len(values))]

    def some_of(self, values: Sequence[T], at_most: int) -> list[T]:
        wanted = {self.below(len(values)) for _ in range(at_most)}
        return [values[position] for position in sorted(wanted)]

    def around(self, centre: float, spread: float = 0.004) -> float:
        return round(centre + (self._random.random() * 2 - 1) * spread, 6)


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def luhn_digit(digits: str) -> str:
    """The digit that makes ``digits`` + it pass the check of SIREN and SIRET numbers."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def siret(dice: Dice) -> str:
    head = f"99990{dice.below(1000):03d}"
    siren = head + luhn_digit(head)
    return siren + "0001" + luhn_digit(siren + "0001")


def phone(dice: Dice, code: str) -> str:
    prefix = "02 61 91" if code in CENTRE else "01 99 00"
    return f"{prefix} {dice.below(100):02d} {dice.below(100):02d}"


def day_in_2025(dice: Dice) -> date:
    return date(2025, 1, 6) + timedelta(days=dice.below(340))


#: The same place in two files: name, commune, address and point agree, the rest does not.
TWINS = (
    Twin(
        {"espaces-publics.csv": 38, "mediatheques.xlsx": 1},
        {"name": "Médiathèque Le Marque-page", "number": "12", "street": "place du Marché"},
        (46.722, 2.507),
    ),
    Twin(
        {"espaces-publics.csv": 39, "france-services.geojson": 2},
        {"name": "Espace numérique La Double Page", "number": "3", "street": "rue du Moulin"},
        (47.4885, 2.4395),
    ),
    Twin(
        {"tiers-lieux.json": 1, "france-services.geojson": 22},
        {"name": "La Ruche à pixels", "number": "8 bis", "street": "rue des Tanneurs"},
        (48.8632, 2.4411),
    ),
)


def common(dice: Dice, file: str, record: int, name: str, code: str) -> Row:
    """What every kind of place has, before a file gives it its own columns."""
    town = TOWNS[code]
    place = {
        "name": name,
        "town": town,
        "number": str(1 + dice.below(90)),
        "street": dice.one_of(STREETS),
        "phone": phone(dice, code),
        "email": f"contact@{slug(name)}.example",
        "site": f"https://www.{slug(name)}.example/",
        "siret": siret(dice),
        "date": day_in_2025(dice),
        "latitude": dice.around(town.latitude),
        "longitude": dice.around(town.longitude),
        "services": dice.some_of(SERVICES, 3),
    }
    for twin in TWINS:
        if twin.records.get(file) == record:
            latitude, longitude = twin.point
            place |= {**twin.place, "latitude": latitude, "longitude": longitude}
    return place


# --- espaces-publics.csv ------------------------------------------------------------------

EPN_KINDS = (
    ("Espace numérique", "EPN"),
    ("Point numérique", "EPN, Mairie"),
    ("Atelier numérique", "EPN"),
    ("Club informatique", "Club info"),
    ("Centre social", "EPN, Centre social"),
    ("Accueil jeunes", "Promeneur du Net"),
    ("Espace multimédia", "EPN, Médiathèque"),
)
CSV_COLUMNS = words(
    "identifiant;nom;n°;voie;complément;cp;ville;téléphone;mobile;courriel;site;siret;statut;"
    "type;services;tarif;accès pmr;lundi;mardi;mercredi;jeudi;vendredi;samedi;commentaire;maj;x;y"
)
OPENINGS = ("9h-12h / 14h-18h", "9h-12h", "14h-18h", "10h-12h30 / 13h30-17h", "9h30-17h")


def public_spaces(dice: Dice) -> list[Row]:
    from pyproj import Transformer

    to_lambert = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
    rows = []
    for position, word in enumerate(PLACE_WORDS):
        kind, label = EPN_KINDS[position % len(EPN_KINDS)]
        place = common(
            dice,
            "espaces-publics.csv",
            position + 1,
            f"{kind} {word}",
            CENTRE[position % len(CENTRE)],
        )
        x, y = to_lambert.transform(place["longitude"], place["latitude"])
        rows.append(public_space(dice, place, position, label, x, y))
    return rows


def public_space(dice: Dice, place: Row, position: int, label: str, x: float, y: float) -> Row:
    usual = dice.one_of(OPENINGS)
    hours = [usual if dice.below(6) else CLOSED for _ in DAYS[:-1]]
    return {
        "identifiant": f"EPN-{position + 1:03d}",
        "nom": place["name"],
        "n°": place["number"],
        "voie": place["street"],
        "complément": "",
        "cp": place["town"].postcode,
        "ville": place["town"].name,
        "téléphone": place["phone"],
        "mobile": "",
        "courriel": place["email"],
        "site": place["site"],
        "siret": place["siret"],
        "statut": dice.one_of(("Public", "Associatif", "Public")),
        "type": label,
        "services": ";".join(place["services"]),
        "tarif": dice.one_of(("Gratuit", "Gratuit", "Gratuit sous condition", "Payant")),
        "accès pmr": dice.one_of(("oui", "non", "oui")),
        **dict(zip(DAYS, [*hours, dice.one_of((CLOSED, "9h-12h"))], strict=True)),
        "commentaire": "",
        "maj": place["date"].strftime("%d/%m/%Y"),
        "x": metres(x),
        "y": metres(y),
    }


def metres(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


#: ``_cells`` is added after the last cell of the line, ``_cut`` removes that many cells.
CSV_DEFECTS = (
    Defect(2, {"site": "#N/D"}, "« #N/D » de tableur", "spreadsheet “#N/D”"),
    Defect(3, {"téléphone": "-"}, "« - » pour dire rien", "“-” for nothing"),
    Defect(
        4,
        {"courriel": "contact@exemple.fr / accueil@point-numerique.example"},
        "plusieurs courriels dans une cellule",
        "several e-mails in one cell",
    ),
    Defect(
        5,
        {"statut": "direction@exemple.fr"},
        "courriel dans la colonne du statut juridique",
        "e-mail in the legal status column",
    ),
    Defect(6, {"siret": "999900012"}, "SIREN au lieu du SIRET", "SIREN instead of SIRET"),
    Defect(7, {"siret": "99990001200099"}, "clé de SIRET fausse", "wrong SIRET check digit"),
    Defect(8, {"siret": "0" * 14}, "quatorze zéros", "fourteen zeros"),
    Defect(
        9,
        {"mardi": "l'après-midi, sonner à la porte"},
        "horaire en texte libre un jour",
        "free-text hours on one day",
    ),
    Defect(10, {"jeudi": "9h-25h"}, "horaire impossible (25h)", "impossible hours (25h)"),
    Defect(
        11,
        {"ville": "Cloyes-sur-le-Loir"},
        "ancien nom de commune (Cloyes-les-Trois-Rivières)",
        "former commune name (Cloyes-les-Trois-Rivières)",
    ),
    Defect(12, {"téléphone": "+32 2 123 45 67"}, "téléphone étranger", "foreign phone"),
    Defect(
        13, {"téléphone": "261910042"}, "téléphone sans zéro initial", "phone without leading zero"
    ),
    Defect(14, {"téléphone": "0261910043" * 30}, "téléphone de 300 chiffres", "300-digit phone"),
    Defect(
        15,
        {"nom": "MÃ©diathÃ¨que numÃ©rique La ClairiÃ¨re"},
        "texte encodé deux fois",
        "double-encoded text",
    ),
    Defect(
        16,
        {"commentaire": "<p>Ateliers <b>d&eacute;butants</b><br/>le mardi</p>"},
        "HTML dans une cellule",
        "HTML in a cell",
    ),
    Defect(
        17,
        {"cp": "37032", "ville": "TOURS CEDEX", "complément": "BP 40"},
        "code postal et commune CEDEX",
        "CEDEX postcode and town",
    ),
    Defect(
        18,
        {"téléphone": "", "mobile": "06 39 98 12 34"},
        "un mobile pour seul numéro",
        "a mobile phone as the only number",
    ),
    Defect(19, {"téléphone": "voir mairie"}, "téléphone illisible", "unreadable phone"),
    Defect(
        20,
        {"courriel": "camille.duvalmont@espace-numerique.example"},
        "courriel nominatif (personne inventée)",
        "nominative e-mail (invented person)",
    ),
    Defect(21, {"maj": "45352"}, "date en numéro de série d'Excel", "date as an Excel serial"),
    Defect(
        22,
        {"nom": ""},
        "ligne sans nom : mise de côté",
        "row without a name: set aside",
    ),
    Defect(
        23,
        {"identifiant": ""},
        "ligne sans identifiant : mise de côté",
        "row without a key: set aside",
    ),
    Defect(
        24,
        {"identifiant": "EPN-001"},
        "identifiant déjà pris : mise de côté",
        "duplicate key: set aside",
    ),
    Defect(
        25,
        {"cp": "45999", "ville": "Saint-Pixel-sur-Loire", "x": "", "y": ""},
        "commune inconnue : mise de côté",
        "unknown commune: set aside",
    ),
    Defect(29, {"ville": "ORLEANS"}, "commune en capitales sans accent", "commune in capitals"),
    Defect(30, {"ville": "st jean de braye"}, "commune abrégée", "abbreviated commune"),
    Defect(
        31,
        {"commentaire": '=HYPERLINK("https://exemple.fr";"cliquez ici")'},
        "texte en forme de formule",
        "formula-like text",
    ),
    Defect(32, {"maj": "31/02/2024"}, "date impossible", "impossible date"),
    Defect(33, {"cp": "45300"}, "code postal faux (Gien : 45500)", "wrong postcode (Gien: 45500)"),
    Defect(
        34,
        {"_cells": ["cellule en trop", "encore une"]},
        "ligne irrégulière : deux cellules de trop",
        "ragged line: two cells too many",
    ),
    Defect(
        35,
        {"_cut": 2},
        "ligne irrégulière : deux cellules manquent",
        "ragged line: two cells short",
    ),
    Defect(36, {"type": "Cyberbulle"}, "catégorie inconnue", "unknown category word"),
    Defect(
        37,
        {"services": "Prendre en main un ordinateur;Accéder à du matériel"},
        "services de l'ancien vocabulaire",
        "services of the old vocabulary",
    ),
)


def write_csv(rows: list[Row], path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        cells = [row[column] for column in CSV_COLUMNS]
        kept = cells[: len(cells) - row.get("_cut", 0)]
        writer.writerow([*kept, *row.get("_cells", [])])
    path.write_bytes(text.getvalue().encode("cp1252"))


# --- mediatheques.xlsx --------------------------------------------------------------------

XLSX_COLUMNS = (
    "Code",
    "Libellé",
    "Complément",
    "Voie",
    "CP",
    "Commune",
    "INSEE",
    "SIRET",
    "Téléphone",
    "Courriel",
    "Site",
    "Horaires",
    "Coordonnées",
    "Précision",
    "Postes publics",
    "Mise à jour",
)
WEEKS = (
    "Mardi, jeudi : 14h-18h ; mercredi, samedi : 10h-12h / 14h-18h",
    "Du mardi au samedi de 10h à 18h",
    "Mardi et vendredi : 15h-19h ; mercredi : 10h-12h / 14h-18h ; samedi : 10h-17h",
    "Mercredi : 14h-18h ; samedi : 10h-12h30",
)
LIBRARY_KINDS = ("Médiathèque", "Bibliothèque", "Bibliothèque municipale")


def libraries(dice: Dice) -> list[Row]:
    codes = [*CENTRE[2::2], *PARIS_REGION]
    rows = []
    for position in range(40):
        word = PLACE_WORDS[(position * 7 + 3) % len(PLACE_WORDS)]
        kind = LIBRARY_KINDS[position % len(LIBRARY_KINDS)]
        place = common(dice, "mediatheques.xlsx", position + 1, f"{kind} {word}", codes[position])
        rows.append(library(dice, place, position))
    return rows


def library(dice: Dice, place: Row, position: int) -> Row:
    return {
        "Code": 9001 + position,
        "Libellé": place["name"],
        "Complément": dice.one_of(("", "", "Maison des associations", "1er étage")),
        "Voie": f"{place['number']} {place['street']}",
        "CP": int(place["town"].postcode),
        "Commune": place["town"].name,
        "INSEE": int(place["town"].code),
        "SIRET": int(place["siret"]),
        "Téléphone": place["phone"],
        "Courriel": place["email"],
        "Site": place["site"],
        "Horaires": dice.one_of(WEEKS),
        "Coordonnées": f"{place['latitude']}, {place['longitude']}",
        "Précision": dice.one_of(("numéro", "numéro", "rue")),
        "Postes publics": dice.below(9),
        "Mise à jour": place["date"],
    }


XLSX_DEFECTS = (
    Defect(2, {"Courriel": "N/A"}, "« N/A » pour dire rien", "“N/A” for nothing"),
    Defect(
        5,
        {"Téléphone": 199001234},
        "téléphone saisi comme un nombre : zéro perdu",
        "phone typed as a number: zero lost",
    ),
    Defect(
        8,
        {"Horaires": "Ouvert pendant les vacances, se renseigner à l'accueil"},
        "horaires en texte libre",
        "free-text hours",
    ),
    Defect(
        11,
        {"Libellé": "BibliothÃ¨que Les Saisons"},
        "texte encodé deux fois",
        "double-encoded text",
    ),
    Defect(
        14,
        {"Complément": '=HYPERLINK("https://exemple.fr","plan")'},
        "texte en forme de formule",
        "formula-like text",
    ),
    Defect(17, {"Mise à jour": 45352}, "date en numéro de série", "date as a serial number"),
    Defect(20, {"SIRET": 99990001200099}, "clé de SIRET fausse", "wrong SIRET check digit"),
    Defect(
        26,
        {"Site": "pas de site"},
        "texte à la place d'une adresse web",
        "text instead of a web address",
    ),
    Defect(
        30,
        {"Commune": "EVRY", "INSEE": ""},
        "ancien nom de commune (Évry-Courcouronnes)",
        "former commune name (Évry-Courcouronnes)",
    ),
)
NOTES = (
    "Données inventées pour la démonstration d'opendata : aucun de ces lieux n'existe.",
    "Invented data for the demonstration of opendata: none of these places exists.",
    "Les données sont dans la feuille « Bibliothèques », sous trois lignes de titre.",
)


def write_xlsx(rows: list[Row], path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for number, note in enumerate(NOTES, start=1):
        book.active.cell(row=number, column=1, value=note)
    book.active.title = "Lisez-moi"
    sheet = book.create_sheet("Bibliothèques")
    sheet.cell(row=1, column=1, value="Bibliothèques et médiathèques (données inventées)")
    sheet.cell(row=2, column=1, value="Démonstration d'opendata – dernière version")
    for column, name in enumerate(XLSX_COLUMNS, start=1):
        sheet.cell(row=XLSX_HEADER_ROW, column=column, value=name)
        for number, row in enumerate(rows, start=XLSX_HEADER_ROW + 1):
            write_cell(sheet.cell(row=number, column=column), row[name])
    path.write_bytes(with_fixed_times(book))


def write_cell(cell: Any, value: Any) -> None:
    if value == "":
        return
    cell.value = value
    if isinstance(value, str):
        # Without this openpyxl takes « =… » for a formula, which readers see as empty.
        cell.data_type = "s"
    elif isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"
    elif value > 99_999:
        cell.number_format = "0"


def with_fixed_times(book: Any) -> bytes:
    """The bytes of a workbook without the moment it was written.

    Members are stored, not deflated: compressors differ between machines.
    """
    book.properties.creator = "opendata"
    book.properties.created = FIXED_TIME
    written = io.BytesIO()
    book.save(written)
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(fixed, "w") as after:
        for name in sorted(
            before.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            content = before.read(name)
            if name == "docProps/core.xml":
                stamp = FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            member = zipfile.ZipInfo(name, date_time=FIXED_TIME.timetuple()[:6])
            member.create_system = 3
            member.external_attr = 0o644 << 16
            after.writestr(member, content)
    return fixed.getvalue()


# --- tiers-lieux.json ---------------------------------------------------------------------

SHARED_KINDS = (
    ("Coworking", ["Coworking"]),
    ("Tiers-lieu", ["Tiers-lieu"]),
    ("FabLab", ["FabLab"]),
    ("Tiers-lieu", ["Tiers-lieu", "Coworking"]),
    ("Living lab", ["Living lab"]),
    ("Pépinière", ["Incubateur"]),
)
SHARED_HOURS = (
    "Du lundi au vendredi de 9h à 19h",
    "Lundi-vendredi : 8h30-20h ; samedi : 10h-18h",
    "Mardi, mercredi, jeudi : 10h-22h",
)


def shared_places(dice: Dice) -> list[Row]:
    rows = []
    for position, word in enumerate(SHARED_WORDS):
        kind, categories = SHARED_KINDS[position % len(SHARED_KINDS)]
        code = PARIS_REGION[(position * 7 + 19) % len(PARIS_REGION)]
        place = common(dice, "tiers-lieux.json", position + 1, f"{kind} {word}", code)
        rows.append(shared_place(dice, place, position, categories))
    return rows


def shared_place(dice: Dice, place: Row, position: int, categories: list[str]) -> Row:
    """One record, flat; its dotted keys are nested when the file is written."""
    return {
        "id": f"TL-{position + 1:04d}",
        "fiche.nom": place["name"],
        "fiche.resume": "Lieu inventé : bureaux partagés, ateliers et café associatif.",
        "fiche.categories": categories,
        "fiche.adresse.numero": place["number"],
        "fiche.adresse.rue": place["street"],
        "fiche.adresse.cp": place["town"].postcode,
        "fiche.adresse.commune": place["town"].name,
        "fiche.contact.telephone": place["phone"],
        "fiche.contact.courriel": place["email"],
        "fiche.contact.sites": [place["site"]],
        "fiche.position.lat": place["latitude"],
        "fiche.position.lon": place["longitude"],
        "fiche.horaires": dice.one_of(SHARED_HOURS),
        "fiche.tarif": dice.one_of(("Payant", "Payant", "Adhésion", "Gratuit")),
        "fiche.pmr": bool(dice.below(3)),
        "fiche.siret": place["siret"],
        "maj": place["date"].isoformat(),
    }


JSON_DEFECTS = (
    Defect(
        4,
        {"fiche.categories": ["Tiers-lieu / Coworking / FabLab"]},
        "une étiquette pour trois catégories",
        "one label for three categories",
    ),
    Defect(
        10,
        {
            "fiche.adresse.commune": "Provins",
            "fiche.adresse.cp": "77160",
            "fiche.position.lat": 3.2991,
            "fiche.position.lon": 48.5603,
        },
        "latitude et longitude permutées",
        "latitude and longitude swapped",
    ),
    Defect(
        13,
        {
            "fiche.adresse.commune": "Lyon 3e",
            "fiche.adresse.cp": "69003",
            "fiche.position.lat": 45.757,
            "fiche.position.lon": 4.858,
        },
        "lieu hors des deux régions (Lyon)",
        "place outside both regions (Lyon)",
    ),
    Defect(
        14,
        {"fiche.adresse.commune": "Pierrefitte-sur-Seine", "fiche.adresse.cp": "93380"},
        "commune déléguée (Saint-Denis depuis 2025)",
        "delegated commune (Saint-Denis since 2025)",
    ),
    Defect(
        19,
        {"fiche.contact.sites": ["https://exemple.fr/lieu", "@lieu_invente"]},
        "un pseudonyme parmi les adresses web",
        "a handle among the web addresses",
    ),
    Defect(
        22,
        {"fiche.categories": ["Cyberbulle"]},
        "catégorie inconnue",
        "unknown category word",
    ),
    Defect(
        24,
        {"fiche.adresse.commune": "PARIS 10"},
        "arrondissement dans le nom de la commune",
        "arrondissement in the commune's name",
    ),
    Defect(
        25,
        {"fiche.horaires": "24h/24 pour les résidents, visites sur demande"},
        "horaires en texte libre",
        "free-text hours",
    ),
    Defect(
        28,
        {"fiche.position.lat": None, "fiche.position.lon": None},
        "aucune coordonnée",
        "no coordinates",
    ),
)


def write_json(rows: list[Row], path: Path) -> None:
    document = {
        "meta": {
            "titre": "Tiers-lieux d'Île-de-France (démonstration)",
            "avertissement": "Données inventées : aucun de ces lieux n'existe.",
            "total": len(rows),
        },
        "resultats": [nested(row) for row in rows],
    }
    write_text(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def nested(row: Row) -> Row:
    tree: Row = {}
    for key, value in row.items():
        *parents, leaf = key.split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[leaf] = value
    return tree


# --- france-services.geojson --------------------------------------------------------------

OSM_HOURS = (
    "Mo-Fr 09:00-12:00,14:00-17:00",
    "Mo-Th 08:30-12:30,13:30-17:00; Fr 08:30-12:30",
    "Mo,Tu,Th,Fr 09:00-12:00,13:30-17:30; We 09:00-12:00; Sa 09:00-12:00",
)


def services_houses(dice: Dice) -> list[Row]:
    rows = []
    codes = [*CENTRE[::3], *PARIS_REGION[1::2], *CENTRE[1::6]]
    for position in range(30):
        word = PLACE_WORDS[(position * 11 + 5) % len(PLACE_WORDS)]
        name = f"France services {word}"
        place = common(dice, "france-services.geojson", position + 1, name, codes[position])
        rows.append(services_house(dice, place, position))
    return rows


def services_house(dice: Dice, place: Row, position: int) -> Row:
    return {
        "identifiant": f"FS-{position + 1:03d}",
        "nom": place["name"],
        "adresse": f"{place['number']} {place['street']}",
        "complement": dice.one_of(("", "Mairie", "")),
        "code_postal": place["town"].postcode,
        "commune": place["town"].name,
        "code_insee": place["town"].code,
        "telephone": place["phone"],
        "courriel": place["email"],
        "opening_hours": dice.one_of(OSM_HOURS),
        "itinerante": dice.one_of(("Non", "Non", "Non", "Oui")),
        "prise_rdv": dice.one_of(("Non", "Oui")),
        "siret": place["siret"],
        "maj": place["date"].isoformat(),
        "_point": [place["longitude"], place["latitude"]],
    }


GEOJSON_DEFECTS = (
    Defect(3, {"opening_hours": "Mo-Fr 09:00-25:00"}, "heure impossible", "impossible hour"),
    Defect(6, {"_point": None, "itinerante": "Oui"}, "bus sans point", "bus without a point"),
    Defect(
        9, {"courriel": "à venir"}, "texte à la place d'un courriel", "text instead of an e-mail"
    ),
    Defect(
        12,
        {"telephone": "01 99 00 10 10 / 01 99 00 10 11"},
        "deux téléphones dans une cellule",
        "two phones in one cell",
    ),
    Defect(
        15,
        {
            "commune": "Vendôme",
            "code_postal": "41100",
            "code_insee": "41269",
            "_point": [1.066, 48.153],
        },
        "point à 40 km de sa commune",
        "point 40 km away from its commune",
    ),
    Defect(18, {"itinerante": "parfois"}, "réponse hors liste", "answer that is not in the list"),
)


def write_geojson(rows: list[Row], path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": row["_point"]} if row["_point"] else None,
            "properties": {key: value for key, value in row.items() if key != "_point"},
        }
        for row in rows
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    write_text(path, f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n')


def write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


# --- all of it ----------------------------------------------------------------------------


CSV_FIRST_LINE = 2
README_HEAD = """\
# Données de démonstration / Demonstration data

**Tout est inventé** sauf les communes, leurs codes postaux et leurs codes INSEE : aucun de ces
lieux n'existe. Les téléphones sont dans les tranches que l'ARCEP réserve aux œuvres de fiction
(01 99 00 xx xx, 02 61 91 xx xx, 06 39 98 xx xx), les courriels et les sites sur `exemple.fr` ou
`.example`, les SIRET sont tirés au sort dans une série que l'INSEE n'a pas attribuée à notre
connaissance. Les fichiers sont écrits par `scripts/make_demo.py` (graine fixe : deux exécutions
donnent les mêmes octets) ; ce fichier-ci aussi. Ne les corrigez pas à la main : leurs défauts
sont plantés exprès, un par ligne du tableau, tels qu'on en rencontre dans les vrais fichiers.

**Everything is invented** except the communes, their postcodes and their INSEE codes: none of
these places exists. Phones are in the ranges ARCEP keeps for works of fiction, e-mails and
sites on `exemple.fr` or `.example`; SIRETs are drawn in a series that INSEE has not given to
anyone as far as we know. `scripts/make_demo.py` writes the files (fixed seed: two runs give the
same bytes) and this page. Do not correct them by hand: the defects are planted on purpose.
"""
FILE_NOTES = {
    "espaces-publics.csv": (
        "Séparateur `;`, cp1252, fins de ligne CRLF, coordonnées Lambert-93 à virgule décimale "
        "dans tout le fichier. Le numéro est celui de la ligne du fichier (en-tête : 1).",
        "Separator `;`, cp1252, CRLF, Lambert-93 coordinates with decimal comma in the whole "
        "file. The number is the line of the file (header: 1).",
    ),
    "mediatheques.xlsx": (
        "Données dans la deuxième feuille, en-tête à la ligne 4, codes et SIRET saisis comme des "
        "nombres, dates d'Excel. Le numéro est celui de la ligne de la feuille.",
        "Data on the second sheet, header on row 4, codes and SIRETs typed as numbers, Excel "
        "dates. The number is the row of the sheet.",
    ),
    "tiers-lieux.json": (
        "JSON imbriqué, enregistrements sous `resultats`. Le numéro est celui de "
        "l'enregistrement, le premier étant 1.",
        "Nested JSON, records under `resultats`. The number is that of the record, from 1.",
    ),
    "france-services.geojson": (
        "Points GeoJSON, horaires dans la syntaxe d'OpenStreetMap. Le numéro est celui de "
        "l'objet, le premier étant 1.",
        "GeoJSON points, OpenStreetMap opening hours. The number is that of the feature, from 1.",
    ),
}
README_TWINS = """
## Le même lieu dans deux fichiers / The same place in two files

Même nom, même commune, même adresse : ces lieux doivent fusionner.
Same name, commune and address: these places must merge.

| Lieu / place | | |
|---|---|---|
"""


def sources() -> list[Source]:
    """The four files; each has its own dice, so that one may grow without moving the others."""
    return [
        Source(
            "espaces-publics.csv", public_spaces(Dice(SEED)), CSV_DEFECTS, CSV_FIRST_LINE, write_csv
        ),
        Source(
            "mediatheques.xlsx",
            libraries(Dice(SEED + 1)),
            XLSX_DEFECTS,
            XLSX_HEADER_ROW + 1,
            write_xlsx,
        ),
        Source("tiers-lieux.json", shared_places(Dice(SEED + 2)), JSON_DEFECTS, 1, write_json),
        Source(
            "france-services.geojson",
            services_houses(Dice(SEED + 3)),
            GEOJSON_DEFECTS,
            1,
            write_geojson,
        ),
    ]


def plant(source: Source) -> None:
    for defect in source.defects:
        source.rows[defect.record - 1] |= defect.changes


def readme(made: Sequence[Source]) -> str:
    parts = [README_HEAD]
    for source in made:
        kind_fr, kind_en = FILE_NOTES[source.file]
        parts.append(f"\n## `{source.file}` ({len(source.rows)})\n\n{kind_fr}\n\n{kind_en}\n\n")
        parts.append("| Ligne / line | Défaut | Defect |\n|---|---|---|\n")
        for defect in source.defects:
            line = defect.record + source.first_line - 1
            parts.append(f"| {line} | {defect.fr} | {defect.en} |\n")
    parts.append(README_TWINS)
    first_lines = {source.file: source.first_line for source in made}
    for twin in TWINS:
        places = [
            f"`{file}` {record + first_lines[file] - 1}" for file, record in twin.records.items()
        ]
        parts.append(f"| {twin.place['name']} | {' | '.join(places)} |\n")
    return "".join(parts)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made = sources()
    for source in made:
        plant(source)
        source.write(source.rows, folder / source.file)
    write_text(folder / "README.md", readme(made))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

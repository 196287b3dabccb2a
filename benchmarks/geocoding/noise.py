"""How people write an address that they know: short forms, slips, things said beside it.

Every function takes the generator of random numbers and the text to change.
"""

import re
import unicodedata

from numpy.random import Generator

from .names import WAY_TYPES, WORDS

_WORD = re.compile(r"[^\W\d_]+")
#: Keys beside each other on a French keyboard.
_KEYS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_NEIGHBOURS = {
    key: "".join(
        row[place]
        for row in _KEYS
        for place in range(len(row))
        if abs(place - keys.index(key)) <= 1
        and abs(_KEYS.index(row) - _KEYS.index(keys)) <= 1
        and row[place] != key
    )
    for keys in _KEYS
    for key in keys
}
BEFORE = (
    "Mairie, ",
    "Mairie - ",
    "Bâtiment {letter}, ",
    "Bât. {letter} - ",
    "Bat {letter} ",
    "Résidence {thing}, ",
    "Rés. {thing} - ",
    "Résidence {thing} Bât {letter}, ",
    "ZA {thing}, ",
    "Z.A. {thing} - ",
    "ZI {side}, ",
    "Zone artisanale {thing} - ",
    "Centre commercial {thing}, ",
    "{floor} étage, ",
    "{floor} étage - Appt {small}, ",
    "Appartement {small} - ",
    "RDC, ",
    "Escalier {letter}, {floor} étage, ",
    "Médiathèque municipale, ",
    "Bibliothèque - ",
    "Maison des associations, ",
    "Maison de quartier {thing} - ",
    "Espace {person}, ",
    "Centre social {person}, ",
    "École {person}, ",
    "Immeuble {thing} - ",
    "Pôle emploi - ",
    "Maison France Services, ",
    "c/o Association {thing}, ",
    "Porte {small}, ",
)
AFTER = (
    ", BP {box}",
    " BP {box}",
    " - B.P. {box}",
    " (BP {box})",
    " CS {longbox}",
    ", CS {longbox}",
    " - TSA {longbox}",
    " ({floor} étage)",
    ", {floor} étage",
    ", {floor} étage porte {side_door}",
    " - Bâtiment {letter}",
    ", bât {letter}",
    " Hall {small}",
    " - RDC",
    ", escalier {letter}",
    ", esc. {letter}, {floor} ét.",
    " (face à la poste)",
    " (à côté de l'église)",
    " - derrière la mairie",
    " (entrée par la cour)",
    ", Résidence {thing}",
    ", appt {small}",
    " Boîte {small}",
    ", {postcode} {commune}",
    " - {postcode} {commune}",
    " {postcode} {commune}",
    ", {commune}",
    ", {postcode} {commune}, France",
)
_THINGS = (
    "Les Terrasses", "Le Clos Fleuri", "du Parc", "Bellevue", "Les Glycines", "Beau Soleil",
    "Les Hauts Bois", "La Roseraie", "Les Érables", "Le Belvédère", "Les Trois Moulins",
    "Les Charmilles", "La Garenne", "Les Vergers",
)  # fmt: skip
_PEOPLE = (
    "Simone Veil", "Jean Ferrat", "Louis Aragon", "Rosa Parks", "Lucie Aubrac", "Barbara",
    "Georges Brassens", "Anne Frank", "Olympe de Gouges",
)  # fmt: skip


def choice(rng: Generator, options: tuple[str, ...] | list[str] | str) -> str:
    return options[int(rng.integers(len(options)))]


def chance(rng: Generator, share: float) -> bool:
    return bool(rng.random() < share)


def upper_plain(text: str) -> str:
    """Capitals without accents, hyphens or apostrophes, as old software prints them."""
    text = text.replace("œ", "oe").replace("Œ", "OE")
    letters = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"\s+", " ", re.sub(r"[-'’./]", " ", plain)).upper().strip()


def shorten_type(rng: Generator, name: str) -> str:
    """The way type shortened, where it has a short form and stands first."""
    for full in sorted(WAY_TYPES, key=len, reverse=True):
        if name.lower().startswith(full + " "):
            short = choice(rng, WAY_TYPES[full][:2] if chance(rng, 0.7) else WAY_TYPES[full])
            return (short.capitalize() if chance(rng, 0.6) else short) + name[len(full) :]
    for full, shorts in (("grande rue", ("gde rue", "gr. rue", "gd rue")),):
        if name.lower().startswith(full):
            return choice(rng, shorts).capitalize() + name[len(full) :]
    return name


def shorten_words(rng: Generator, name: str) -> str:
    """Titles and saints inside the name shortened; the last word stays as it is."""
    pieces = re.split(r"([ -])", name)
    for place in range(2, len(pieces) - 1, 2):
        shorts = WORDS.get(pieces[place].lower())
        if shorts and chance(rng, 0.9):
            short = choice(rng, shorts)
            pieces[place] = short.capitalize() if pieces[place][:1].isupper() else short
            # "Saint-Martin" becomes "St Martin" as often as "St-Martin".
            if pieces[place + 1] == "-" and chance(rng, 0.5):
                pieces[place + 1] = " "
    return "".join(pieces)


def initial(name: str) -> str:
    """``Rue Victor Hugo`` -> ``Rue V. Hugo``; the same text where there is no first name."""
    words = name.split(" ")
    if len(words) != 3 or not all(word[:1].isupper() and word.isalpha() for word in words):
        return name
    if words[0].lower() not in WAY_TYPES or words[1].lower() in WORDS or len(words[1]) < 4:
        return name
    return f"{words[0]} {words[1][0]}. {words[2]}"


def shorten_commune(rng: Generator, commune: str) -> str:
    """``Saint-Sulpice-sur-X`` -> ``St Sulpice s/ X``, as people write it."""
    text = re.sub(r"\bSaint-", lambda _: choice(rng, ("St-", "St ")), commune)
    text = re.sub(r"\bSainte-", lambda _: choice(rng, ("Ste-", "Ste ")), text)
    if chance(rng, 0.5):
        text = re.sub(r"-sur-", lambda _: choice(rng, (" s/ ", " s/")), text)
        text = re.sub(r"-sous-", " s/s ", text)
    return text


def long_words(text: str, first: int = 0) -> list[re.Match[str]]:
    """The words of four letters or more, from the ``first``-th word on."""
    return [found for found in list(_WORD.finditer(text))[first:] if len(found[0]) >= 4]


def slip(rng: Generator, text: str, word: re.Match[str]) -> str:
    """One letter of a word added, lost, changed or swapped; half of the time not the first."""
    letters = word[0]
    start = 1 if chance(rng, 0.5) else 0
    place = int(rng.integers(start, len(letters)))
    near = _NEIGHBOURS.get(letters[place].lower(), "eaistnr")
    other = choice(rng, near if chance(rng, 0.6) else "eaisntrulodcmpvghfbq")
    kind = int(rng.integers(4))
    if kind == 0:
        new = letters[:place] + letters[place] + other + letters[place + 1 :]
        if chance(rng, 0.3):
            new = letters[:place] + letters[place] + letters[place].lower() + letters[place + 1 :]
    elif kind == 1:
        new = letters[:place] + letters[place + 1 :]
    elif kind == 2:
        new = letters[:place] + (other.upper() if place == 0 else other) + letters[place + 1 :]
    else:
        place = min(place, len(letters) - 2)
        pair = letters[place + 1] + letters[place]
        if place == 0:
            pair = pair.capitalize()
        new = letters[:place] + pair + letters[place + 2 :]
    return text[: word.start()] + new + text[word.end() :]


def said_beside(rng: Generator, text: str, postcode: str, commune: str) -> str:
    """The address with a building, a floor, a box or the whole postal line beside it."""
    rank = int(rng.integers(1, 6))
    values = {
        "letter": choice(rng, "ABCDEFG"),
        "thing": choice(rng, _THINGS),
        "person": choice(rng, _PEOPLE),
        "side": choice(rng, ("Nord", "Sud", "Est", "Ouest")),
        "side_door": choice(rng, ("droite", "gauche", "B", "12")),
        "floor": "1er" if rank == 1 else f"{rank}e" if chance(rng, 0.7) else f"{rank}ème",
        "small": str(rng.integers(1, 60)),
        "box": str(rng.integers(1, 999)),
        "longbox": str(rng.integers(10_000, 90_000)),
        "postcode": postcode,
        "commune": commune,
    }
    where = rng.random()
    if where < 0.6:
        text = choice(rng, BEFORE).format(**values) + text
    if where > 0.5:
        text += choice(rng, AFTER).format(**values)
    return text

"""Which published field each column of a profiled file fills.

A field is given a column when the header speaks of it and the values confirm it, or when
the values alone leave no doubt. What is only likely becomes a candidate, which a person
reads as a comment. A column fills one field; columns of words may serve several closed
lists (:mod:`opendata.onboard.closed_lists`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from opendata.normalise.personal import without_contacts, without_persons
from opendata.onboard import headers
from opendata.onboard.headers import CLUES, Clue, match, says
from opendata.onboard.profile import FEW, Column, Profile, accepted, is_in_france
from opendata.schema import fields, fold
from opendata.tables import joined

#: A rule as TOML writes it.
TomlRule = dict[str, Any]

#: The fields in the order in which a person would write them.
ORDER = (
    "id", "nom", "pivot", "adresse", "complement_adresse", "code_postal", "code_insee", "commune",
    "code_departement", "latitude", "longitude", "telephone", "courriels", "site_web", "prise_rdv",
    "fiche_acces_libre", "horaires", "presentation_resume", "presentation_detail",
    "structure_parente", "source", "date_maj", "categories", "typologie", "services",
    "modalites_accompagnement", "modalites_acces", "frais_a_charge",
    "publics_specifiquement_adresses", "prise_en_charge_specifique", "itinerance",
    "dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels",
)  # fmt: skip

_DAYS = {
    "Mo": r"lundis?|lun|mondays?|mon|mo",
    "Tu": r"mardis?|mar|tuesdays?|tue|tu",
    "We": r"mercredis?|mer|wednesdays?|wed|we",
    "Th": r"jeudis?|jeu|thursdays?|thu|th",
    "Fr": r"vendredis?|ven|fridays?|fri",
    "Sa": r"samedis?|sam|saturdays?|sat|sa",
    "Su": r"dimanches?|dim|sundays?|sun|su",
}
_HOURS = r"horaires?|heures?|ouvertures?|opening hours|hours|permanences?|jours ouverture"
_LATITUDE = r"lat|latitude|y|ycoord|coord y|lat coord?"
_LONGITUDE = r"lon|long|lng|longitude|x|xcoord|coord x"
_HOUSE = r"numero|num|no|n|nr|housenumber|number|numero voie|numero rue"
_HOUSE_UNLESS = r"tel|telephone|phone|siret|siren|id|insee|postal|cp|dep|structure"
_PROSE = (
    r"descriptions?|descriptif|presentations?|commentaires?|comments?|remarques?|observations?|"
    r"informations?|infos?|precisions?|details?|notes?|projets?|activites?|materiels?|equipements?|"
    r"transports?|offres?|desc|missions?|services?|resume|fermetures?|conditions?|acces"
)
_NOT_PROSE = (
    r"licences?|licenses?|confidentialite|rgpd|politique|photo|image|fixme|source|shape|tel"
)
_SUMMARY = r"resume|summary|accroche|court|chapo"
_SOCIAL = r"facebook|twitter|instagram|linkedin|youtube|mastodon"
#: Formats whose records leave out what they do not hold: a column may be missing tomorrow.
_RAGGED = frozenset({"json", "jsonl", "geojson"})
#: Prose columns put together in presentation_detail, at most.
_MOST_PROSE = 6


@dataclass
class Candidate:
    """A rule that may be right, and why it is not live."""

    field: str
    rule: TomlRule
    column: Column
    share: float


@dataclass
class Guess:
    """The mapping proposed for a profile.

    ``key`` are the columns that tell rows apart (``key_repeats``: how many rows repeat an
    earlier one; ``composed``: no column is an identifier), ``projection`` an EPSG code when
    the coordinates are in metres. ``swapped`` says that the headers of the coordinates say
    the contrary of their values.
    """

    profile: Profile
    mapping: dict[str, list[TomlRule]] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    key_repeats: int = 0
    composed: bool = False
    projection: str = ""
    swapped: bool = False

    def free(self) -> list[Column]:
        """The columns that hold something and fill no field yet."""
        return [
            column
            for column in self.profile.columns
            if column.filled > 0 and column.name not in self.used
        ]

    def take(self, name: str, rules: Sequence[TomlRule], columns: Iterable[Column]) -> None:
        """Make ``rules`` the mapping of a field, and their columns no longer free."""
        if rules:
            self.mapping[name] = list(rules)
            for column in columns:
                self.used.setdefault(column.name, name)

    def unused(self) -> list[Column]:
        read = {name for rules in self.mapping.values() for rule in rules for name in reads(rule)}
        return [column for column in self.profile.columns if column.name not in read]

    def ordered(self) -> dict[str, list[TomlRule]]:
        return {name: self.mapping[name] for name in ORDER if name in self.mapping}


def reads(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """The source columns that a rule names."""
    if "days" in rule:
        listed = rule["days"].values()
        return tuple(name for one in listed for name in ([one] if isinstance(one, str) else one))
    for kind in ("column", "split", "week", "osm"):
        if kind in rule:
            return (str(rule[kind]),)
    return tuple(rule.get("first_of") or rule.get("join") or rule.get("columns") or ())


def guess(profile: Profile) -> Guess:
    """The mapping of everything but closed lists, which ``closed_lists.add`` completes."""
    found = Guess(profile)
    _points(found)
    _hours(found)
    for name in ("courriels", "telephone", "pivot", "prise_rdv", "fiche_acces_libre", "site_web"):
        _typed(found, CLUES[name])
    _date(found)
    for name in ("code_insee", "code_postal", "commune", "code_departement"):
        _typed(found, CLUES[name])
    _address(found)
    _name(found)
    for name in ("structure_parente", "source", "complement_adresse"):
        _typed(found, CLUES[name])
    _identifier(found)
    _prose(found)
    return found


# --- fields of one kind ----------------------------------------------------------------


def _ranked(found: Guess, clue: Clue) -> tuple[list[Column], list[Candidate]]:
    """The columns that surely fill a field, best first, and those that may."""
    sure: list[tuple[float, Column]] = []
    alone: list[tuple[float, Column]] = []
    possible: list[Candidate] = []
    for column in found.free():
        share = column.share(*clue.kinds)
        header = match(column.name, clue.words, clue.unless)
        score = 2 * header + share + 0.5 * column.filled
        if header and share >= clue.need and _fits(clue, column):
            sure.append((score, column))
        elif says(column.name, clue.unless):
            continue
        elif share >= clue.alone:
            alone.append((score, column))
        elif (header and share > 0.1) or (clue.alone <= 1 and share >= 0.7):
            possible.append(Candidate(clue.field, {"column": column.name}, column, share))
    sure.sort(key=lambda pair: (-pair[0], pair[1].position))
    alone.sort(key=lambda pair: (-pair[0], pair[1].position))
    if sure and not fields()[clue.field].multiple:
        possible += [
            Candidate(clue.field, {"column": column.name}, column, column.share(*clue.kinds))
            for _, column in alone
        ]
        alone = []
    return [column for _, column in sure + alone], possible


def _fits(clue: Clue, column: Column) -> bool:
    if clue.field == "source":
        return column.filled > 0.9 and column.distinct <= 50
    if clue.field in ("structure_parente", "complement_adresse"):
        alien = column.share("url", "courriel", "telephone", "drapeau", "horaires_semaine")
        return alien < 0.3 and column.length < 100
    return True


def _typed(found: Guess, clue: Clue) -> None:
    sure, possible = _ranked(found, clue)
    if sure:
        rules, columns = _combined(found, clue, sure)
        found.take(clue.field, rules, columns)
        possible = [
            Candidate(clue.field, {"column": column.name}, column, column.share(*clue.kinds))
            for column in sure
            if column not in columns
        ] + possible
    found.candidates += possible


def _combined(found: Guess, clue: Clue, sure: list[Column]) -> tuple[list[TomlRule], list[Column]]:
    """The rules of a field from its columns, and the columns they take."""
    if clue.field == "site_web":
        return [_website(found, column) for column in sure], sure
    if clue.field == "complement_adresse":
        columns = sorted(sure, key=lambda column: column.position)
        return [_joined(found, columns, ", ")], columns
    if fields()[clue.field].multiple:
        return [_column(found, column) for column in sure], sure
    if clue.field in ("telephone", "pivot", "structure_parente"):
        return [_first_of(found, sure[:4])], sure[:4]
    if clue.field in ("code_insee", "code_postal", "commune"):
        columns = [
            sure[0],
            *(other for other in sure[1:] if _completes(found, clue, sure[0], other)),
        ]
        return [_first_of(found, columns)], columns
    return [_column(found, sure[0])], sure[:1]


def _completes(found: Guess, clue: Clue, best: Column, other: Column) -> bool:
    """Whether a second column agrees with the first where both speak, and fills its holes."""
    table, kind = found.profile.table, clue.kinds[0]
    here, there = accepted(table[best.name], kind), accepted(table[other.name], kind)
    both = here & there
    if not (there & ~here).any():
        return False
    same = table.loc[both, best.name].map(fold) == table.loc[both, other.name].map(fold)
    return not both.any() or bool(same.mean() >= 0.5)


def _website(found: Guess, column: Column) -> TomlRule:
    rule = _column(found, column)
    # Social networks hold bare handles as often as addresses; only addresses are taken.
    if says(column.name, _SOCIAL) and column.share("adresse_web_entiere") < 1:
        rule = {**rule, "regex": r"(?:https?://|www\.)\S+"}
    return rule


def _date(found: Guess) -> None:
    clue = CLUES["date_maj"]
    sure, possible = _ranked(found, clue)
    # "date" alone may date anything: it is taken when nothing speaks of an update.
    precise = [c for c in sure if match(c.name, clue.words.removesuffix("|date"), clue.unless)]
    for column in (precise or sure)[:1]:
        rule = _column(found, column)
        if column.date_format:
            rule["format"] = column.date_format
        found.take("date_maj", [rule], [column])
    rest = [column for column in sure if column.name not in found.used]
    found.candidates += [
        Candidate("date_maj", {"column": column.name}, column, column.share("date"))
        for column in rest
    ] + possible


# --- rules -----------------------------------------------------------------------------


def _is_optional(found: Guess, columns: Sequence[Column]) -> bool:
    return found.profile.format in _RAGGED and all(column.filled < 0.9 for column in columns)


def _with_option(found: Guess, rule: TomlRule, columns: Sequence[Column]) -> TomlRule:
    return {**rule, "optional": True} if _is_optional(found, columns) else rule


def _column(found: Guess, column: Column) -> TomlRule:
    return _with_option(found, {"column": column.name}, [column])


def _first_of(found: Guess, columns: Sequence[Column]) -> TomlRule:
    if len(columns) == 1:
        return _column(found, columns[0])
    return _with_option(found, {"first_of": [column.name for column in columns]}, columns)


def _joined(found: Guess, columns: Sequence[Column], separator: str) -> TomlRule:
    if len(columns) == 1:
        return _column(found, columns[0])
    rule = {"join": [column.name for column in columns], "separator": separator}
    return _with_option(found, rule, columns)


# --- points ----------------------------------------------------------------------------


def _points(found: Guess) -> None:
    """Two columns or one pair: the fuller wins, and the values decide which is which."""
    single = _two_columns(found)
    pair = _pair_column(found)
    if single and (pair is None or single[0] >= pair[0] - 0.05):
        _, latitude, longitude, found.swapped, found.projection = single
        found.take("latitude", [_column(found, latitude)], [latitude])
        found.take("longitude", [_column(found, longitude)], [longitude])
    elif pair:
        column, ahead = pair[1], pair[1].share("paire_lat_lon")
        rule = {"split": column.name, "separator": column.separator or ","}
        order = (0, 1) if ahead >= column.share("paire_lon_lat") else (1, 0)
        for name, part in zip(("latitude", "longitude"), order, strict=True):
            found.take(name, [{**rule, "part": part}], [column])
    for column in found.free():
        # The other ways a file states its points are nothing to publish, nor to ask about.
        if column.share("paire_lat_lon", "paire_lon_lat") > 0.5:
            found.used[column.name] = "latitude"


def _two_columns(found: Guess) -> tuple[float, Column, Column, bool, str] | None:
    kinds = ("latitude", "longitude", "lambert_x", "lambert_y")
    numeric = [column for column in found.free() if column.share(*kinds) >= 0.5]
    northings = [(column, match(column.name, _LATITUDE)) for column in numeric]
    eastings = [(column, match(column.name, _LONGITUDE)) for column in numeric]
    best: tuple[float, Column, Column, bool, str] | None = None
    for north, north_header in northings:
        for east, east_header in eastings:
            if north is east or not north_header or not east_header:
                continue
            share, swapped, projection = _reading(found.profile.table, north, east)
            alike = len(_common_words(north.name, east.name)) * 0.01
            score = share + 0.02 * (north_header + east_header) + alike
            if share >= 0.4 and (best is None or score > best[0]):
                first, second = (east, north) if swapped else (north, east)
                best = (score, first, second, swapped, projection)
    return best


def _reading(table: pd.DataFrame, north: Column, east: Column) -> tuple[float, bool, str]:
    """The share of rows with a point in France, whether axes are swapped, the projection."""
    if min(north.share("lambert_y"), east.share("lambert_x")) >= 0.5:
        return min(north.filled, east.filled), False, "EPSG:2154"
    if min(north.share("lambert_x"), east.share("lambert_y")) >= 0.5:
        return min(north.filled, east.filled), True, "EPSG:2154"
    y, x = _floats(table[north.name]), _floats(table[east.name])
    points = list(zip(y, x, strict=True))
    ahead = sum(is_in_france(a, b) for a, b in points) / max(len(points), 1)
    behind = sum(is_in_france(b, a) for a, b in points) / max(len(points), 1)
    return max(ahead, behind), behind > ahead, ""


def _floats(cells: pd.Series) -> list[float]:
    plain = cells.str.strip().str.replace(",", ".", regex=False)
    return [float(value) for value in pd.to_numeric(plain, errors="coerce").astype(float)]


def _pair_column(found: Guess) -> tuple[float, Column] | None:
    pairs = [
        (column.filled * column.share("paire_lat_lon", "paire_lon_lat"), column)
        for column in found.free()
        if column.share("paire_lat_lon", "paire_lon_lat") >= 0.5
    ]
    # As full as another, the column with more different points is the finer one.
    return max(pairs, key=lambda p: (round(p[0], 2), p[1].distinct, -p[1].position), default=None)


def _common_words(first: str, second: str) -> set[str]:
    return set(headers.words(first).split()) & set(headers.words(second).split())


# --- hours -----------------------------------------------------------------------------


def _hours(found: Guess) -> None:
    days = _day_columns(found)
    if days:
        table = {day: [column.name for column in columns] for day, columns in days.items()}
        compact = {day: names[0] if len(names) == 1 else names for day, names in table.items()}
        columns = [column for listed in days.values() for column in listed]
        rule = _with_option(found, {"days": compact}, columns)
        found.take("horaires", [rule], columns)
    weeks = []
    for column in found.free():
        osm, week = column.share("horaires_osm"), column.share("horaires_semaine")
        header = match(column.name, _HOURS, r"date|tel|nombre|amplitude|check")
        if (header and osm + week >= 0.3) or osm >= 0.7:
            weeks.append((header, osm + week, column, "osm" if osm > week else "week"))
        elif osm + week >= 0.5:
            rule = {"week": column.name}
            found.candidates.append(Candidate("horaires", rule, column, osm + week))
    weeks.sort(key=lambda entry: -(entry[0] + entry[1] * entry[2].filled))
    rules = [_with_option(found, {kind: column.name}, [column]) for *_, column, kind in weeks]
    found.take(
        "horaires", [*rules, *found.mapping.get("horaires", [])], [entry[2] for entry in weeks]
    )


def _day_columns(found: Guess) -> dict[str, list[Column]]:
    """The columns of each day, in the order of the file; {} unless three days have hours."""
    named: dict[str, list[tuple[Column, str]]] = {
        day: [
            (column, re.sub(rf"\b(?:{pattern})\b", "*", headers.words(column.name)))
            for column in found.profile.columns
            if says(column.name, pattern) and column.name not in found.used
        ]
        for day, pattern in _DAYS.items()
    }
    # « dimanche matin » may hold nothing but dashes: it is one of « * matin » all the same.
    forms = {form for listed in named.values() for column, form in listed if _has_hours(column)}
    told = [day for day, listed in named.items() if any(_has_hours(c) for c, _ in listed)]
    days = {day: [c for c, form in listed if form in forms] for day, listed in named.items()}
    return {day: listed for day, listed in days.items() if listed} if len(told) >= 3 else {}


def _has_hours(column: Column) -> bool:
    return column.share("horaires_jour") >= 0.3


# --- name, address, id -----------------------------------------------------------------


def _name(found: Guess) -> None:
    ranked: list[tuple[float, Column]] = []
    for column in found.free():
        header = max(
            weight * match(column.name, pattern, headers.NAME_UNLESS)
            for pattern, weight in headers.NAME_CLUES
        )
        if header and column.share("texte") >= 0.7 and _varied(found, column) >= 0.3:
            alien = column.share("url", "courriel", "telephone", "horaires_semaine")
            if alien < 0.2 and column.length < 100:
                ranked.append((2 * header + column.filled + 0.3 * _varied(found, column), column))
    ranked.sort(key=lambda pair: (-round(pair[0], 2), pair[1].position))
    columns = [column for _, column in ranked]
    if columns:
        found.take("nom", [_column(found, columns[0])], columns[:1])
    found.candidates += [
        Candidate("nom", {"column": column.name}, column, column.share("texte"))
        for column in columns[1:3]
        if column.filled > 0.3
    ]


def _varied(found: Guess, column: Column) -> float:
    """How many of the filled rows have a value that is not another row's, from 0 to 1."""
    rows = column.filled * len(found.profile.table)
    return column.distinct / rows if rows else 0.0


def _address(found: Guess) -> None:
    streets, possible = _ranked(found, CLUES["adresse"])
    streets = [column for column in streets if column.length < 120]
    found.candidates += possible
    rules: list[TomlRule] = []
    taken: list[Column] = []
    said = pd.Series(False, index=found.profile.table.index)
    for street in streets:
        cells = found.profile.table[street.name]
        if rules and not ((cells != "") & ~said).any():
            continue
        house = _house_number(found, street, taken)
        columns = [house, street] if house else [street]
        rules.append(_joined(found, columns, " "))
        taken += columns
        said |= cells != ""
    found.take("adresse", rules[:3], taken)
    if rules:
        _read_in_address(found, streets[0])


def _house_number(found: Guess, street: Column, taken: Sequence[Column]) -> Column | None:
    """The column of house numbers that goes with a street, when the street lacks them."""
    cells = found.profile.table[street.name]
    numbered = cells[cells != ""].str.match(r"\d").mean()
    options = [
        column
        for column in found.free()
        if column not in taken
        and match(column.name, _HOUSE, _HOUSE_UNLESS)
        and column.share("numero_voie") >= 0.6
        and column.distinct > 3
    ]
    if numbered > 0.5 or not options:
        return None
    return max(
        options,
        key=lambda column: (
            len(_common_words(column.name, street.name)),
            -abs(column.position - street.position),
        ),
    )


def _read_in_address(found: Guess, street: Column) -> None:
    """Postcode and town from the end of the address, where no column holds them."""
    cells = found.profile.table[street.name]
    told = cells[cells != ""].str.contains(r"\b\d{5}\s+[^\W\d]", regex=True).mean()
    if told < 0.5:
        return
    if "code_postal" not in found.mapping:
        found.mapping["code_postal"] = [{"column": street.name, "regex": r"\b(\d{5})\s+[^\W\d]"}]
    if "commune" not in found.mapping:
        found.mapping["commune"] = [{"column": street.name, "regex": r"\b\d{5}\s+([^\W\d][^,;]*)"}]


def _identifier(found: Guess) -> None:
    """A unique column whose header says it is one, else name, address and town together."""
    ranked: list[tuple[float, Column]] = []
    for column in found.profile.columns:
        header = match(column.name, headers.ID_WORDS, headers.ID_UNLESS)
        nearly = column.filled > 0.99 and _varied(found, column) > 0.9
        if not header or not (column.unique or nearly) or column.length > 60:
            continue
        if column.share("date", "url", "courriel", "telephone", "latitude", "longitude") > 0.5:
            continue
        ranked.append((header + column.unique, column))
    ranked.sort(key=lambda pair: (-round(pair[0], 2), pair[1].position))
    for _, column in ranked[:1]:
        columns = [column] if column.unique else [*_beside_key(found, column), column]
        found.take("id", [_joined(found, columns, "-")], columns[-1:])
        found.key = tuple(one.name for one in columns)
    for _, column in ranked[1:2]:
        found.candidates.append(Candidate("id", {"column": column.name}, column, 1.0))
    if not ranked:
        _composed_key(found)
    if found.key:
        parts = [found.profile.table[name] for name in found.key]
        found.key_repeats = int(joined(parts, " ").duplicated().sum())


def _beside_key(found: Guess, column: Column) -> list[Column]:
    """The column of few words that makes a repeated identifier unique: whose it is."""
    table = found.profile.table
    for other in found.profile.columns:
        words = 1 < other.distinct <= FEW and _varied(found, other) < 0.5
        if (
            words
            and other.filled > 0.99
            and not table[[other.name, column.name]].duplicated().any()
        ):
            return [other]
    return []


def _composed_key(found: Guess) -> None:
    table = found.profile.table
    columns: list[str] = []
    for name in ("nom", "adresse", "commune", "code_postal"):
        repeated = (
            joined([table[column] for column in columns], " ").duplicated() if columns else None
        )
        if repeated is not None and name == "code_postal" and not repeated.any():
            break
        for rule in found.mapping.get(name, [])[:1]:
            columns += [column for column in reads(rule) if column not in columns]
    if columns:
        rule = {"join": columns, "separator": " "} if len(columns) > 1 else {"column": columns[0]}
        found.mapping["id"] = [rule]
        found.key, found.composed = tuple(columns), True


# --- prose -----------------------------------------------------------------------------


def _prose(found: Guess) -> None:
    """Sentences nothing else claims: a description, and what completes it."""
    ranked: list[tuple[float, Column]] = []
    for column in found.free():
        if says(column.name, _NOT_PROSE) or is_personal(column) or _is_data(column):
            continue
        header = match(column.name, _PROSE)
        rows = column.filled * len(found.profile.table)
        long_enough = column.length >= (20 if header else 60)
        if long_enough and _varied(found, column) >= (0.2 if header else 0.4) and rows >= 3:
            ranked.append((header * 2 + min(column.length, 300) / 300 + column.filled, column))
    ranked.sort(key=lambda pair: (-pair[0], pair[1].position))
    columns = [column for _, column in ranked]
    short = [column for column in columns if says(column.name, _SUMMARY)][:1]
    found.take("presentation_resume", [_column(found, column) for column in short], short)
    detail = sorted(
        [column for column in columns if column not in short][:_MOST_PROSE],
        key=lambda column: column.position,
    )
    if detail:
        found.take("presentation_detail", [_joined(found, detail, " — ")], detail)


def _is_data(column: Column) -> bool:
    """Whether a column of long texts holds something other than sentences."""
    spoken = column.share(
        "url", "courriel", "horaires_semaine", "horaires_osm", "date", "nombre", "drapeau",
        *(kind for kind in column.kinds if kind.startswith("liste:")),
    )  # fmt: skip
    coded = sum(count for value, count in column.counts.items() if re.match(r"[\[{<]|/", value))
    return spoken > 0.4 or column.share("texte") < 0.7 or coded > 0.4 * sum(column.counts.values())


def is_personal(column: Column) -> bool:
    """Whether a column speaks of persons: its values are then shown to nobody."""
    telling = says(column.name, headers.PERSONS) and not column.share("drapeau") > 0.9
    contact = column.share("courriel", "telephone")
    return telling or contact > 0.2 or column.share("personne") > 0.4


def speaks_of_persons(text: str) -> bool:
    """Whether a text holds an address, a telephone number or a name after a civility."""
    return without_persons(text) != text or without_contacts(text) != text

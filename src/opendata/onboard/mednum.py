"""A mapping file of mednum-cli (``*.config.json``) as the mapping of a source TOML.

Their file says, for each field of the national standard, which columns to read:
``colonne``, ``joindre``, ``dissocier``, ``valeur``, lists of choices (``colonnes``,
``termes``, ``sauf``, ``cible``) and, for the hours, ``jours``, ``semaine`` and ``osm``.
Each of these has a rule of ours (docs/mapping.md). What has none is named in a warning and
in a comment of the TOML, and never dropped in silence.

Where the two tools differ, an imported rule keeps their meaning: a term is found anywhere
in a cell (``contains``), and a column that the file lacks is passed over (``optional``).
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opendata.errors import CatalogError
from opendata.language import Text
from opendata.schema import fields

#: A rule as a TOML mapping parses it.
RuleTable = dict[str, Any]

#: Names that their files gave to fields before today's standard, and the fields that a
#: value may belong to now: the first whose closed list knows the value.
_FORMER_NAMES: Mapping[str, tuple[str, ...]] = {
    "accessibilite": ("fiche_acces_libre",),
    "conditions_acces": ("frais_a_charge",),
    "conditions_access": ("frais_a_charge",),
    "courriel": ("courriels",),
    "labels_nationaux": ("dispositif_programmes_nationaux", "formations_labels"),
    "labels_autres": ("formations_labels", "autres_formations_labels"),
    "modalites_accompagnements": ("modalites_accompagnement",),
    "publics_accueillis": ("publics_specifiquement_adresses", "prise_en_charge_specifique"),
    "structureParente": ("structure_parente",),
    "typologies": ("typologie",),
    "voie": ("adresse",),
}
#: Keys under which their files nest fields, and the field of each inner name.
_NESTED: Mapping[str, Mapping[str, str]] = {
    "presentation": {"resume": "presentation_resume", "detail": "presentation_detail"},
    "localisation": {"latitude": "latitude", "longitude": "longitude"},
    "contact": {"telephone": "telephone", "courriels": "courriels", "site_web": "site_web"},
}
_VALUE_KEYS = ("colonne", "joindre", "dissocier", "valeur")
_CHOICE_KEYS = frozenset(("colonnes", "termes", "sauf", "cible"))
_HOURS_KEYS = frozenset(("osm", "jours", "semaine", "colonne"))
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH")
#: What tells a place from the others where a file gives no identifier.
_IDENTITY = ("nom", "adresse", "commune")


@dataclass(frozen=True)
class Conversion:
    """A mapping ready for :func:`opendata.onboard.toml_text.source_text`.

    ``warnings`` name what could not be carried over; ``comments`` say the same, and what a
    reader of the TOML has to know, by place (``mapping.<field>``).
    """

    mapping: Mapping[str, Any]
    warnings: tuple[Text, ...] = ()
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def convert(
    config: Mapping[str, Any],
    *,
    source_name: str = "",
    fallback: Mapping[str, RuleTable] | None = None,
) -> Conversion:
    """Convert a parsed ``config.json``.

    ``source_name`` is what their command line gives every place that has no ``source``;
    ``fallback`` gives rules for fields that the config leaves out. Raises CatalogError when
    the config is not a mapping file, or says nothing of the name of the places.
    """
    return _Converter(config, source_name, fallback or {}).run()


def contract(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """What an imported source promises: the columns of its id and name, and its key."""
    required: dict[str, None] = {}
    for name in ("id", "nom"):
        rules = mapping[name] if isinstance(mapping[name], list) else [mapping[name]]
        for rule in rules:
            if not rule.get("optional"):
                required |= dict.fromkeys(
                    [rule["column"]] if "column" in rule else rule.get("join", ())
                )
    found: dict[str, Any] = {"required_columns": list(required), "min_rows": 1}
    if isinstance(mapping["id"], dict) and "column" in mapping["id"]:
        found["key"] = [mapping["id"]["column"]]
    return found


class _Converter:
    def __init__(
        self, config: Mapping[str, Any], source_name: str, fallback: Mapping[str, RuleTable]
    ) -> None:
        self.config = config
        self.source_name = source_name
        self.fallback = fallback
        self.rules: dict[str, list[RuleTable]] = {}
        self.warnings: list[Text] = []
        self.comments: dict[str, list[str]] = {}

    def run(self) -> Conversion:
        if not isinstance(self.config, Mapping) or not _looks_like_a_mapping(self.config):
            raise CatalogError(
                "config_inattendue",
                fr="Ce fichier n'est pas un fichier de mapping de mednum-cli : vérifiez qu'il "
                'associe des champs à des colonnes, comme { "nom": { "colonne": "Nom" } }.',
                en="This file is not a mapping file of mednum-cli: check that it maps fields to "
                'columns, as in { "nom": { "colonne": "Nom" } }.',
            )
        for key, entry in self.config.items():
            self._key(key, entry)
        self._source()
        for name, rule in self.fallback.items():
            if not self.rules.get(name):
                self.rules[name] = [rule]
        self._name()
        self._identifier()
        order = {name: place for place, name in enumerate(fields())}
        named = sorted(filter(self.rules.get, self.rules), key=lambda name: order[name])
        return Conversion(
            mapping={
                name: self.rules[name] if len(self.rules[name]) > 1 else self.rules[name][0]
                for name in named
            },
            warnings=tuple(self.warnings),
            comments={
                place: tuple(part for line in lines for part in textwrap.wrap(line, 96))
                for place, lines in self.comments.items()
            },
        )

    # --- one key of their file -------------------------------------------------------------

    def _key(self, key: str, entry: Any) -> None:
        if key in _NESTED and isinstance(entry, Mapping) and not _is_value(entry):
            for inner, one in entry.items():
                self._key(_NESTED[key].get(inner, f"{key}.{inner}"), one)
        elif key == "horaires":
            self._hours(entry)
        elif key == "semaine_ouverture":
            # Read together with the hours, whose weeks it tells.
            if "horaires" not in self.config:
                self._unknown(key)
        elif key in fields() and fields()[key].filled_by in ("source", "locate"):
            self._field(key, (key,), entry)
        elif key in _FORMER_NAMES:
            self._field(key, _FORMER_NAMES[key], entry)
        else:
            self._unknown(key)

    def _unknown(self, key: str) -> None:
        self._warn(
            "mapping",
            key,
            Text(
                "aucun champ publié n'y correspond : la clé n'est pas reprise",
                "no published field corresponds: the key is not carried over",
            ),
        )

    def _field(self, key: str, targets: tuple[str, ...], entry: Any) -> None:
        for one in entry if isinstance(entry, list) else [entry]:
            if not isinstance(one, Mapping):
                self._not_understood(targets[0], key, one)
            elif _is_value(one):
                self.rules.setdefault(targets[0], []).extend(self._value(targets[0], key, one))
            else:
                self._choice(targets, key, one)

    # --- colonne, joindre, dissocier, valeur -------------------------------------------------

    def _value(self, target: str, key: str, entry: Mapping[str, Any]) -> list[RuleTable]:
        kind = next(name for name in _VALUE_KEYS if name in entry)
        if others := sorted(set(entry) - {kind}):
            self._not_carried(target, key, others)
        if kind == "colonne":
            return _column_rules(_columns(entry["colonne"]))
        if kind == "valeur":
            return self._constant(target, key, entry["valeur"])
        inner = entry[kind]
        if not isinstance(inner, Mapping):
            self._not_understood(target, key, entry)
            return []
        return (
            self._joined(target, key, inner)
            if kind == "joindre"
            else self._part(target, key, inner)
        )

    def _joined(self, target: str, key: str, entry: Mapping[str, Any]) -> list[RuleTable]:
        """Cells side by side; the columns of ``ou`` speak where these are all empty."""
        known = {"colonnes", "séparateur", "separateur", "ou"}
        if others := sorted(set(entry) - known):
            self._not_carried(target, f"{key}.joindre", others)
        rules: list[RuleTable] = []
        if columns := _columns(entry.get("colonnes")):
            separator = entry.get("séparateur", entry.get("separateur", " "))
            rules.append({"join": columns, "separator": str(separator), "optional": True})
        instead = entry.get("ou")
        if isinstance(instead, Mapping) and _is_value(instead):
            rules += self._value(target, f"{key}.joindre.ou", instead)
        elif instead:
            rules += _column_rules(_columns(instead))
        return rules

    def _part(self, target: str, key: str, entry: Mapping[str, Any]) -> list[RuleTable]:
        """One part of a cell; several columns are tried in turn."""
        known = {"colonne", "colonnes", "séparateur", "separateur", "partie"}
        if others := sorted(set(entry) - known):
            self._not_carried(target, f"{key}.dissocier", others)
        separator = str(entry.get("séparateur", entry.get("separateur", ",")))
        part = entry.get("partie", 0)
        if isinstance(part, bool) or not isinstance(part, int) or not separator:
            self._not_understood(target, key, entry)
            return []
        return [
            {"split": column, "separator": separator, "part": part, "optional": True}
            for column in _columns(entry.get("colonne", entry.get("colonnes")))
        ]

    def _constant(self, target: str, key: str, value: Any) -> list[RuleTable]:
        text = _text(value)
        if not text:
            return []
        known = self._known_value((target,), text)
        if known is None:
            self._not_in_list(target, key, text)
            return []
        return [{"constant": known[1]}]

    # --- choices -------------------------------------------------------------------------------

    def _choice(self, targets: tuple[str, ...], key: str, entry: Mapping[str, Any]) -> None:
        if others := sorted(set(entry) - _CHOICE_KEYS):
            self._not_carried(targets[0], key, others)
        columns = _columns(entry.get("colonnes"))
        # A term without a word is found in every cell that holds something: it tells nothing.
        terms = [_text(term) for term in _listed(entry.get("termes"))]
        terms = [] if "" in terms else terms
        refused = [text for text in map(_text, _listed(entry.get("sauf"))) if text]
        value = _text(entry.get("cible"))
        if not value:
            self._own_values(targets[0], key, columns, terms + refused)
            return
        known = self._known_value(targets, value)
        if known is None:
            self._not_in_list(targets[0], key, value)
            return
        target, value = known
        rules = self.rules.setdefault(target, [])
        if not columns:
            if entry.get("colonnes") or terms or refused:
                self._not_understood(target, key, entry)
            else:
                rules.append({"constant": value})
            return
        rule: RuleTable = {"columns": columns}
        if terms:
            rule |= {"terms": terms}
        if refused:
            rule |= {"except": refused}
        rules.append(rule | {"value": value, "contains": True, "optional": True})

    def _own_values(self, target: str, key: str, columns: list[str], words: Sequence[str]) -> None:
        """Columns without a target: what their cells say is the value."""
        if words:
            self._not_carried(target, key, ["termes", "sauf"])
            return
        own = [{"column": column, "optional": True} for column in columns]
        self.rules.setdefault(target, []).extend(own)

    def _known_value(self, targets: tuple[str, ...], value: str) -> tuple[str, str] | None:
        """The field among ``targets`` that knows a value, and the value as it is said today."""
        from opendata.normalise.closed_list import cleaner

        for target in targets:
            closed_list = fields()[target].vocabulary
            if not closed_list:
                return target, value
            said_today = cleaner(closed_list)(value)
            if said_today.value and not said_today.code:
                return target, said_today.value
        return None

    # --- hours ---------------------------------------------------------------------------------

    def _hours(self, entry: Any) -> None:
        """Hours already in OSM's syntax, then by day, then for the week: the surest first."""
        if isinstance(entry, list):
            for one in entry:
                self._hours(one)
            return
        if not isinstance(entry, Mapping):
            self._not_understood("horaires", "horaires", entry)
            return
        if others := sorted(set(entry) - _HOURS_KEYS - {"joindre"}):
            self._not_carried("horaires", "horaires", others)
        weeks = self._weeks()
        rules = self.rules.setdefault("horaires", [])
        rules += _week_rules("osm", _columns(entry.get("osm")), weeks)
        if days := self._days(entry.get("jours")):
            rules.append({"days": days, "optional": True})
            if weeks:
                self._not_carried("horaires", "semaine_ouverture", ["jours"])
        texts = dict.fromkeys([*_columns(entry.get("semaine")), *_columns(entry.get("colonne"))])
        # The normaliser knows OSM's syntax when it sees it: one rule per column is enough.
        already = _columns(entry.get("osm"))
        rules += _week_rules("week", [name for name in texts if name not in already], weeks)
        if "joindre" in entry:
            rules += self._value("horaires", "horaires", {"joindre": entry["joindre"]})

    def _weeks(self) -> list[str]:
        """The columns that say in which weeks of the year a place is open."""
        entry = self.config.get("semaine_ouverture")
        if entry is None:
            return []
        columns = _columns(entry.get("colonne")) if isinstance(entry, Mapping) else []
        if len(columns) != 1 and entry != {"colonne": ""}:
            self._not_understood("horaires", "semaine_ouverture", entry)
            return []
        return columns

    def _days(self, entry: Any) -> RuleTable:
        """``{"Mo": "lundi", "Tu": ["mardi matin", "mardi après-midi"]}``."""
        days: RuleTable = {}
        for one in _listed(entry):
            day = one.get("osm") if isinstance(one, Mapping) else None
            columns = _columns(one.get("colonne")) if isinstance(one, Mapping) else []
            if day not in _DAYS:
                self._not_understood("horaires", "horaires.jours", one)
            elif columns:
                days[day] = [*_columns(days.get(day)), *columns]
        return {day: names if len(names) > 1 else names[0] for day, names in days.items()}

    # --- what every source needs -----------------------------------------------------------------

    def _source(self) -> None:
        if self.source_name:
            rule: RuleTable = {"constant": self.source_name}
            if self.rules.get("source"):
                rule["otherwise"] = True
            self.rules.setdefault("source", []).append(rule)

    def _name(self) -> None:
        if not self.rules.get("nom"):
            raise CatalogError(
                "nom_absent",
                fr="Le fichier de mapping ne dit pas où est le nom des lieux (clé « nom ») : "
                "ajoutez-y la colonne qui le donne.",
                en="The mapping file does not say where the name of the places is (key “nom”): "
                "add the column that gives it.",
            )
        for rule in self.rules["nom"]:
            rule.pop("optional", None)

    def _identifier(self) -> None:
        rules = self.rules.get("id")
        if rules:
            for rule in rules:
                rule.pop("optional", None)
            return
        columns = dict.fromkeys(
            column
            for name in _IDENTITY
            for rule in self.rules.get(name, ())
            for column in _columns_of(rule)
        )
        self.rules["id"] = [{"join": list(columns), "separator": " "}]
        self.comments.setdefault("mapping.id", []).append(
            "The mapping file names no identifier: name, address and commune stand in for it. A "
            "place that changes one of them is a new row; use a column of identifiers if there "
            "is one."
        )

    # --- what is said ----------------------------------------------------------------------------

    def _warn(self, place: str, key: str, reason: Text) -> None:
        self.warnings.append(Text(f"« {key} » : {reason.fr}.", f"“{key}”: {reason.en}."))
        self.comments.setdefault(place, []).append(f"Not carried over, {key}: {reason.en}.")

    def _not_carried(self, target: str, key: str, names: Sequence[str]) -> None:
        listed = ", ".join(names)
        self._warn(
            f"mapping.{target}",
            key,
            Text(
                f"aucune règle ne correspond à « {listed} », qui n'est pas repris",
                f"no rule corresponds to “{listed}”, which is left out",
            ),
        )

    def _not_understood(self, target: str, key: str, entry: Any) -> None:
        shown = str(entry) if len(str(entry)) <= 120 else str(entry)[:119] + "…"
        self._warn(
            f"mapping.{target}",
            key,
            Text(
                f"« {shown} » n'est pas compris, et n'est pas repris",
                f"“{shown}” is not understood, and is left out",
            ),
        )

    def _not_in_list(self, target: str, key: str, value: str) -> None:
        self._warn(
            f"mapping.{target}",
            key,
            Text(
                f"« {value} » n'est pas dans la liste de « {target} », la règle n'est pas reprise",
                f"“{value}” is not in the list of “{target}”, the rule is left out",
            ),
        )


def _looks_like_a_mapping(config: Mapping[str, Any]) -> bool:
    """Whether some field of the standard is mapped to something."""
    known = {*fields(), *_FORMER_NAMES, *_NESTED, "horaires"}
    return any(key in known and isinstance(entry, Mapping | list) for key, entry in config.items())


def _is_value(entry: Mapping[str, Any]) -> bool:
    return any(name in entry for name in _VALUE_KEYS)


def _listed(entry: Any) -> list[Any]:
    """A value, a list of them, or nothing: as a list."""
    if entry is None:
        return []
    return list(entry) if isinstance(entry, list) else [entry]


def _columns(entry: Any) -> list[str]:
    """Column names, each once; an empty name says that there is no column."""
    return list(dict.fromkeys(name for name in map(_text, _listed(entry)) if name))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        # As the reader of JSON and spreadsheets writes it.
        return "true" if value else "false"
    return str(value) if str(value).strip() else ""


def _column_rules(columns: list[str]) -> list[RuleTable]:
    if len(columns) > 1:
        return [{"first_of": columns, "optional": True}]
    return [{"column": column, "optional": True} for column in columns]


def _week_rules(kind: str, columns: list[str], weeks: list[str]) -> list[RuleTable]:
    """Hours in one column; the words that tell the weeks come before them."""
    if weeks:
        return [
            {"join": [*weeks, column], "separator": " : ", "optional": True} for column in columns
        ]
    return [{kind: column, "optional": True} for column in columns]


def _columns_of(rule: RuleTable) -> Iterator[str]:
    for name in ("column", "split"):
        if name in rule:
            yield rule[name]
    yield from rule.get("join", ())
    yield from rule.get("first_of", ())[:1]

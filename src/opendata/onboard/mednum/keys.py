"""The keys of their files, and the published fields that each of them fills."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from opendata.onboard.mednum.entries import is_value
from opendata.schema import fields

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
    "contact": {
        "telephone": "telephone",
        "courriel": "courriels",
        "courriels": "courriels",
        "site_web": "site_web",
    },
}
#: Read together: the second tells the weeks of the first.
HOURS, WEEKS = "horaires", "semaine_ouverture"


class Key(NamedTuple):
    """One key of a file, its entry, and the fields it may fill: none when it has no rule here."""

    name: str
    targets: tuple[str, ...]
    entry: Any


def looks_like_a_mapping(config: Any) -> bool:
    """Whether some field of the standard is mapped to something."""
    if not isinstance(config, Mapping):
        return False
    known = {*fields(), *_FORMER_NAMES, *_NESTED, HOURS}
    return any(key in known and isinstance(entry, Mapping | list) for key, entry in config.items())


def flat_keys(config: Mapping[str, Any]) -> Iterator[Key]:
    """The keys of a file in its order, nested ones under the name of their field."""
    for name, entry in config.items():
        yield from _keys(name, entry)


def _keys(name: str, entry: Any) -> Iterator[Key]:
    if name in _NESTED and isinstance(entry, Mapping) and not is_value(entry):
        for inner, one in entry.items():
            yield from _keys(_NESTED[name].get(inner, f"{name}.{inner}"), one)
    elif name in fields() and fields()[name].filled_by in ("source", "locate"):
        yield Key(name, (name,), entry)
    else:
        yield Key(name, _FORMER_NAMES.get(name, ()), entry)

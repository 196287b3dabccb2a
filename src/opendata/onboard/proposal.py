"""The mapping that is being proposed: what is decided, what is only likely, what is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from opendata.onboard.profile import Column, Profile
from opendata.onboard.rules import TomlRule, reads

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


@dataclass(frozen=True)
class Candidate:
    """A rule that may be right; ``share`` (0 to 1) of its column's values fit the field."""

    field: str
    rule: TomlRule
    column: Column
    share: float

    @classmethod
    def plain(cls, name: str, column: Column, share: float) -> "Candidate":
        """The column as it is, for the field ``name``."""
        return cls(name, {"column": column.name}, column, share)


@dataclass
class Guess:
    """The mapping proposed for a profile; each decision adds to it.

    ``used`` gives the field that took a column. ``key`` are the columns that tell rows apart
    (``key_repeats``: how many rows repeat an earlier one; ``composed``: no column is an
    identifier), ``projection`` an EPSG code when the coordinates are in metres. ``swapped``
    says that the headers of the coordinates say the contrary of their values.
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
        """The columns that no rule reads."""
        read = {name for rules in self.mapping.values() for rule in rules for name in reads(rule)}
        return [column for column in self.profile.columns if column.name not in read]

    def ordered(self) -> dict[str, list[TomlRule]]:
        """The mapping in the order of :data:`ORDER`."""
        return {name: self.mapping[name] for name in ORDER if name in self.mapping}

"""What a dataset publishes of its ids, release after release, without its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from opendata.identity.ids import assign_ids
from opendata.identity.match import match_rows
from opendata.identity.merge import merge_groups
from opendata.identity.registry import Published, advance, empty_register
from opendata.model import PairDecision
from opendata.tables import cell_text
from tests.identity.rows import table


@dataclass
class Dataset:
    """The last release of a dataset: its register and its places; ``out`` keeps all releases."""

    closes_after: Mapping[str, int] = field(default_factory=dict)
    register: pd.DataFrame = field(default_factory=empty_register)
    places: pd.DataFrame | None = None
    out: list[Published] = field(default_factory=list)

    def publish(
        self, day: str, *rows: dict[str, Any], decisions: Sequence[PairDecision] = ()
    ) -> dict[str, str]:
        """Publish the rows; returns the id of each, by ``source:key``."""
        made = table(*rows) if rows else table(_ANY).head(0)
        made["groupe"] = match_rows(made, decisions).groups
        ids = assign_ids(made, self.register, self.places)
        made = made.join(ids, on="groupe")
        places, _ = merge_groups(made)
        places["premiere_publication"] = places["premiere_publication"].replace("", day)
        self.places = as_text(places)
        crosswalk = made[["source_id", "id", "lieu_id"]]
        crosswalk = crosswalk.set_axis(["source", "cle", "lieu_id"], axis="columns")
        self.out.append(Published(self.places, crosswalk, day))
        self.register = advance(self.register, self.out[-1], self.closes_after)
        names = crosswalk["source"] + ":" + crosswalk["cle"]
        return dict(zip(names, crosswalk["lieu_id"], strict=True))

    def status(self, lieu_id: str) -> str:
        return self.said(lieu_id, "statut")

    def said(self, lieu_id: str, name: str) -> str:
        """What the register says of an id."""
        found: str = self.register.set_index("lieu_id").loc[lieu_id, name]
        return found


_ANY = {"source_id": "a", "id": "1", "nom": "", "adresse": "", "commune": "Blois",
        "code_insee": "41018", "ville": "41018", "latitude": float("nan"),
        "longitude": float("nan"), "geo_precision": ""}  # fmt: skip


def as_text(places: pd.DataFrame) -> pd.DataFrame:
    """Places as the files hold them: text alone, numbers as they are published."""
    text = {
        name: values.map(cell_text) if pd.api.types.is_float_dtype(values) else values
        for name, values in places.items()
    }
    return pd.DataFrame(text).astype("str").reset_index(drop=True)

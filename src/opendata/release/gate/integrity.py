"""What no release may be, whatever the one before it was: broken, too small, nowhere."""

from collections.abc import Iterator, Mapping

import pandas as pd

from opendata.language import Text
from opendata.model import Finding
from opendata.release.gate.measure import Measure
from opendata.site.wording import counted


def broken(places: pd.DataFrame, schema_errors: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Blockers that no tolerance lifts; ``schema_errors`` maps a table to what is wrong in it."""
    for table, errors in schema_errors.items():
        if errors:
            many = counted(len(errors), "erreur|erreurs", "error|errors")
            yield Finding(
                "schema_non_respecte",
                "blocker",
                Text(
                    f"{table}.csv ne respecte pas son schéma : {many.fr}, dont « {errors[0]} »",
                    f"{table}.csv breaks its schema: {many.en}, among them “{errors[0]}”",
                ),
                subject=table,
                measured=float(len(errors)),
            )
    twice = places["lieu_id"][places["lieu_id"].duplicated()].unique()
    if len(twice):
        others = counted(len(twice) - 1, "autre|autres", "other|others")
        more = Text(f" ({others.fr} aussi)", f" ({others.en} too)")
        fr, en = more if len(twice) > 1 else ("", "")
        yield Finding(
            "identifiant_double",
            "blocker",
            Text(
                f"l'identifiant {twice[0]} est donné à plusieurs lieux{fr}",
                f"the id {twice[0]} is given to several places{en}",
            ),
            measured=float(len(twice)),
        )


def minimums(places: pd.DataFrame) -> Iterator[Measure]:
    """How many places there are, and the share that has a point."""
    yield Measure(
        "trop_peu_de_lieux",
        "min_places",
        float(len(places)),
        Text("il y a {figure}", "there are {figure}" if len(places) != 1 else "there is {figure}"),
        unit="places",
        least=True,
    )
    yield Measure(
        "trop_peu_de_points",
        "min_located_pct",
        100 * float((places["latitude"] != "").mean()) if len(places) else 0.0,
        Text("{figure} des lieux ont un point", "{figure} of places have a point"),
        least=True,
    )

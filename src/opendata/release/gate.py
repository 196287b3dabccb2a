"""May this release go out by itself? Blockers stop it, and a person decides.

The tolerances are the dataset's (``[gate]``); each blocker is one sentence that names the
figure and what was allowed.
"""

from collections.abc import Mapping

import pandas as pd

from opendata.language import Text
from opendata.model import Gate


def blockers(
    gate: Gate,
    places: pd.DataFrame,
    sources: pd.DataFrame,
    before: pd.DataFrame,
    sources_before: pd.DataFrame,
    schema_errors: Mapping[str, list[str]],
) -> list[Text]:
    """Why the release must wait; empty when it may go out.

    ``before`` and ``sources_before`` are the tables of the last release (empty for the
    first one); ``schema_errors`` maps a table's name to what its schema refuses in it.
    """
    found = [
        Text(
            f"{name}.csv ne respecte pas son schéma : {len(errors)} erreur(s), "
            f"dont « {errors[0]} »",
            f"{name}.csv breaks its schema: {len(errors)} error(s), among them “{errors[0]}”",
        )
        for name, errors in schema_errors.items()
        if errors
    ]
    if places["lieu_id"].duplicated().any():
        twice = places.loc[places["lieu_id"].duplicated(), "lieu_id"].iloc[0]
        found.append(
            Text(f"l'identifiant {twice} est donné deux fois", f"the id {twice} is given twice")
        )
    if len(places) < gate.min_places:
        found.append(
            Text(
                f"{len(places)} lieux, alors qu'il en faut au moins {gate.min_places}",
                f"{len(places)} places, while at least {gate.min_places} are needed",
            )
        )
    located = 100 * (places["latitude"] != "").mean() if len(places) else 0.0
    if located < gate.min_located_pct:
        found.append(
            Text(
                f"{located:.0f} % des lieux ont un point, alors qu'il en faut "
                f"{gate.min_located_pct:g} %",
                f"{located:.0f}% of places have a point, while {gate.min_located_pct:g}% is needed",
            )
        )
    if len(before):
        found += _losses(gate, places, sources, before, sources_before)
    return found


def _losses(
    gate: Gate,
    places: pd.DataFrame,
    sources: pd.DataFrame,
    before: pd.DataFrame,
    sources_before: pd.DataFrame,
) -> list[Text]:
    found = []
    lost = _lost_pct(len(before), len(places))
    if lost > gate.max_loss_pct:
        found.append(
            Text(
                f"{lost:.0f} % des lieux disparaissent ({len(before)} → {len(places)}), "
                f"alors que {gate.max_loss_pct:g} % sont tolérés",
                f"{lost:.0f}% of places disappear ({len(before)} → {len(places)}), "
                f"while {gate.max_loss_pct:g}% is tolerated",
            )
        )
    now = _kept(sources)
    for source, then in _kept(sources_before).items():
        count = int(now.get(source, 0))
        if source in now and _lost_pct(then, count) > gate.max_loss_pct:
            found.append(
                Text(
                    f"la source {source} perd {_lost_pct(then, count):.0f} % de ses lignes "
                    f"publiées ({then} → {count}), alors que {gate.max_loss_pct:g} % sont tolérés",
                    f"the source {source} loses {_lost_pct(then, count):.0f}% of its published "
                    f"rows ({then} → {count}), while {gate.max_loss_pct:g}% is tolerated",
                )
            )
    gone = [
        name
        for name in before.columns
        if name in places and (before[name] != "").any() and not (places[name] != "").any()
    ]
    if gone:
        found.append(
            Text(
                f"le champ {gone[0]} est vide pour tous les lieux, alors qu'il ne l'était pas",
                f"the field {gone[0]} is empty for every place, while it was not",
            )
        )
    return found


def _kept(sources: pd.DataFrame) -> dict[str, int]:
    counts = sources["publiees"].astype(int) + sources["fusionnees"].astype(int)
    return dict(zip(sources["source"], counts, strict=True))


def _lost_pct(before: int, after: int) -> float:
    return 100 * (before - after) / before if before else 0.0

"""What became of each place's ids, release by release, told from the truth of the rows."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Month:
    """One release: its folder and tables, what happened, and which place each row is about."""

    number: int
    folder: Path
    tables: dict[str, pd.DataFrame]
    events: tuple[str, ...]
    truth: dict[tuple[str, str], int]
    may_lose: dict[int, str]
    withdrawn: bool = False

    @property
    def day(self) -> str:
        return self.folder.name[:10]

    @cached_property
    def named(self) -> dict[str, set[int]]:
        """Id -> the true places its rows are about."""
        found: dict[str, set[int]] = defaultdict(set)
        rows = self.tables["passerelle"][["source", "cle", "lieu_id"]]
        for source, key, place_id in rows.itertuples(index=False):
            found[place_id].add(self.truth[source, key])
        return found

    @cached_property
    def ids(self) -> dict[int, set[str]]:
        """True place -> the ids it is published under."""
        found: dict[int, set[str]] = defaultdict(set)
        for place_id, places in self.named.items():
            for place in places:
                found[place].add(place_id)
        return found

    @cached_property
    def leads_to(self) -> dict[str, str]:
        """Id -> itself when it is active, its successor when it was merged, else nothing."""
        register = self.tables["identifiants"]
        own = register["lieu_id"].where(register["statut"] == "actif", register["successeur"])
        return dict(zip(register["lieu_id"], own, strict=True))


@dataclass(frozen=True)
class Loss:
    """An id that no longer leads to its place, which is still published under others."""

    month: int
    place: int
    lost: str
    now: tuple[str, ...]
    reason: str


def losses(months: list[Month]) -> list[Loss]:
    """Ids that lead to their place no more, while it is still published; each counted once.

    An id leads to its place while it is active on one of its rows, or merged into one that is.
    Releases that were withdrawn count: readers saw them.
    """
    found, given_up = [], set()
    owner: dict[str, int] = {}
    for month in months:
        ids, leads = month.ids, month.leads_to
        for place_id, place in owner.items():
            if place not in ids or place_id in given_up or leads.get(place_id) in ids[place]:
                continue
            given_up.add(place_id)
            reason = month.may_lose.get(place, "UNEXPLAINED")
            now = tuple(sorted(ids[place]))
            found.append(Loss(month.number, place, place_id, now, reason))
        for place_id, places in month.named.items():
            owner.setdefault(place_id, min(places))
    return found


def summary(months: list[Month]) -> pd.DataFrame:
    """One line per month: places, ids kept, lost, places under several ids, ids of several."""
    lost = Counter(loss.month for loss in losses(months))
    lines = []
    for before, month in zip([None, *months], months, strict=False):
        surviving = set(before.ids) & set(month.ids) if before else set()
        lines.append(
            {
                "month": month.day, "lieux": len(month.tables["lieux"]), "true": len(month.ids),
                "surviving": len(surviving), "kept": len(surviving) - lost[month.number],
                "lost": lost[month.number],
                "doubled": sum(len(ids) > 1 for ids in month.ids.values()),
                "mixed": sum(len(places) > 1 for places in month.named.values()),
            }
        )  # fmt: skip
    return pd.DataFrame(lines)


def told(months: list[Month]) -> str:
    """The ten months, to be read."""
    parts = [summary(months).to_string(index=False)]
    for month in months:
        counted = Counter(month.events)
        events = "; ".join(f"{what} ×{n}" if n > 1 else what for what, n in counted.items())
        parts.append(f"{month.day}{' (withdrawn since)' if month.withdrawn else ''}: {events}")
        parts += [
            f"    lost: {loss.lost} of place {loss.place}, now {', '.join(loss.now)}: {loss.reason}"
            for loss in losses(months)
            if loss.month == month.number
        ]
    return "\n".join(parts)

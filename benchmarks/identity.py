"""From located rows to a register of ids, ten thousand to a million rows, beside the peer's search.

    python benchmarks/identity.py            10,000, 100,000 and 1,000,000 rows; the peer to 20,000
    python benchmarks/identity.py --quick    10,000 and 100,000 rows

Two months of a made-up world (benchmarks/matching/world.py): the first publishes it; in the second
one row in fifty has another name and every key of one source was given out anew. What is timed is
the second month, each size in a process of its own. The peer is mednum-cli's method said again in
Python (benchmarks/matching/peer.py), its own quadratic search.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

T = TypeVar("T")
SIZES = (10_000, 100_000, 1_000_000)
PEER_SIZES = (5_000, 10_000, 20_000)
RENUMBERED = "hinaura"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--ours", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--peer", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        print(json.dumps(second_month(options.ours)))
        return
    if options.peer:
        print(json.dumps(peer_search(options.peer)))
        return
    sizes = SIZES[:2] if options.quick else SIZES
    titles = ("match", "ids", "merge", "register", "changes", "all s")
    headings = "  ".join(f"{title:>8}" for title in titles)
    print(f"{'rows':<10} {'places':<10} {headings}      MB  µs/row")
    for size in sizes:
        found = _apart("--ours", size)
        stages = [found[name] for name in ("match", "ids", "merge", "register", "changes")]
        whole = sum(stages)
        told = "  ".join(f"{value:8.1f}" for value in (*stages, whole))
        print(
            f"{size:<10,} {found['places']:<10,} {told}  {found['mb']:6.0f}  "
            f"{1e6 * whole / size:6.0f}   {found['kept']:.3%} of rows in a place that kept its id",
            flush=True,
        )
    print("\nthe peer's search (a port): rows, seconds, MB")
    for size in PEER_SIZES:
        found = _apart("--peer", size)
        print(f"{size:<10,} {found['seconds']:6.1f}  {found['mb']:5.0f}", flush=True)


def _apart(option: str, size: int) -> dict[str, Any]:
    command = [sys.executable, __file__, option, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def second_month(size: int) -> dict[str, Any]:
    """Seconds of each stage, peak memory, and how many places kept their id."""
    from benchmarks.matching.world import world

    from opendata.identity.match import match_rows
    from opendata.identity.registry import empty_register

    rows = world(size, seed=1)
    rows["ville"] = rows["code_insee"]
    first = rows.assign(groupe=match_rows(rows).groups)
    before, crosswalk, register, _ = _publish(first, empty_register(), None, "2026-01-01")
    later = _month_later(rows)
    clock: dict[str, float] = {}
    matches = _timed(clock, "match", lambda: match_rows(later))
    grouped = later.assign(groupe=matches.groups)
    _, after, _, _ = _publish(grouped, register, before, "2026-02-01", clock)
    kept, surviving = _kept(crosswalk, after, rows, later)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**clock, "places": int(matches.groups.nunique()), "mb": peak, "kept": kept,
            "surviving": surviving}  # fmt: skip


def _publish(
    rows: pd.DataFrame,
    register: pd.DataFrame,
    before: pd.DataFrame | None,
    day: str,
    clock: dict[str, float] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Places, crosswalk, register and changes of one month."""
    from opendata.identity.ids import assign_ids
    from opendata.identity.merge import merge_groups
    from opendata.identity.registry import Published, advance
    from opendata.release.diff import changes

    clock = {} if clock is None else clock
    ids = _timed(clock, "ids", lambda: assign_ids(rows, register, before))
    named = rows.join(ids, on="groupe")
    places = _timed(clock, "merge", lambda: merge_groups(named)[0])
    places = places.astype("str")
    crosswalk = pd.DataFrame(
        {"source": named["source_id"], "cle": named["id"], "lieu_id": named["lieu_id"]}
    )
    told = Published(places, crosswalk, day)
    known = _timed(clock, "register", lambda: advance(register, told, {}))
    last = places.iloc[:0] if before is None else before
    ignored = ("premiere_publication", "groupe", "ligne")
    found = _timed(clock, "changes", lambda: changes(last, places, ignored, register, known))
    return places, crosswalk, known, found


def _timed(clock: dict[str, float], name: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = work()
    clock[name] = time.perf_counter() - started
    return result


def _month_later(rows: pd.DataFrame) -> pd.DataFrame:
    """One name in fifty changed; the keys of one source given out anew, in another order."""
    chance = np.random.default_rng(2)
    later = rows.copy()
    renamed = chance.random(len(rows)) < 0.02
    later["nom"] = later["nom"].mask(renamed, later["nom"] + " (nouveau nom)")
    own = np.flatnonzero((later["source_id"] == RENUMBERED).to_numpy())
    keys = [f"{RENUMBERED}-n{number}" for number in chance.permutation(len(own))]
    later.iloc[own, later.columns.get_loc("id")] = keys
    return later


def _kept(
    before: pd.DataFrame, after: pd.DataFrame, rows: pd.DataFrame, later: pd.DataFrame
) -> tuple[float, int]:
    """The share of rows whose place has the id it had, all of them being there still."""
    old = before["lieu_id"].to_numpy()
    new = after["lieu_id"].to_numpy()
    return float((old == new).mean()), len(old)


def peer_search(size: int) -> dict[str, Any]:
    from benchmarks.matching.peer import find_groups
    from benchmarks.matching.world import world

    rows = world(size, seed=1)
    started = time.perf_counter()
    find_groups(rows)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    main()

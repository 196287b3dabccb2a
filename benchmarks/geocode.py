"""The embedded geocoder beside a real addok: rows per second, accuracy, honesty of the score.

    python benchmarks/geocode.py                     accuracy and speed of both, calibration
    python benchmarks/geocode.py --write-docs        the same, and docs/geocoding-calibration.md
    python benchmarks/geocode.py --without-addok     ours alone
    python benchmarks/geocode.py --misses FILE.csv   what ours got wrong or missed, of the fit seed
    python benchmarks/geocode.py --departements 8    20,000 addresses over eight départements
    python benchmarks/geocode.py --fit               the weights for geocode/ban/score.py

Needs the BAN files of ../shared/mirror (or OPENDATA_MIRROR), and Debian's redis-server for
addok, which is installed into build/addok-venv the first time. Queries are made from a seed by
``geocoding/queries.py``: 1 is the seed that the score was fitted on, 2 the one held back for
its calibration, 3 that of the accuracy here. The reference of both lacks one street in twenty
(``geocoding/lacking.py``), so that queries about streets it does not know are as hard as in life.
Ends with status 1 when a promise is broken.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.geocoding import calibration, fit, lacking, ours, score  # noqa: E402
from benchmarks.geocoding.addok import AddokAbsent, running_addok  # noqa: E402
from benchmarks.geocoding.departements import make_mirror  # noqa: E402
from benchmarks.geocoding.lacking import make_lacking_mirror  # noqa: E402
from benchmarks.geocoding.queries import KINDS, LOOSE_KINDS, queries  # noqa: E402
from benchmarks.geocoding.reference import (  # noqa: E402
    DEPARTEMENTS,
    build_reference,
    mirror_folder,
    missing_files,
    read_ban,
)

FIT_SEED, HELD_BACK_SEED, ACCURACY_SEED = 1, 2, 3
PER_KIND = 700
#: The held-back queries are so many times as many: the doubtful scores are few.
CALIBRATION = 3
#: Those of the fit, too; making them takes some minutes.
FITTING = 5
WARM_UP = 1_000
PAGE = PROJECT / "docs" / "geocoding-calibration.md"
#: What addok must reach for its answer to be taken; the first is its CSV service's own.
ADDOK_LEAST = (0.5, 0.7)
MANY_ROWS = 20_000
#: Columns that say what the command answered, in the file of misses.
ANSWERED = ("geo_precision", "geo_code_insee", "geo_voie", "geo_numero", "geo_score")


@dataclass
class Promises:
    """What was promised, what was measured, and whether it was kept."""

    lines: list[str] = field(default_factory=list)
    broken: int = 0

    def check(self, what: str, measured: str, kept: bool) -> None:
        self.broken += not kept
        self.lines.append(f"{'kept  ' if kept else 'BROKEN'}  {what}: {measured}")

    def at_most(self, what: str, value: float, limit: float) -> None:
        # A share of nothing is not a number, and no promise.
        self.check(f"{what} at most {limit:g}", f"{value:,.2f}", not value > limit)

    def at_least(self, what: str, value: float, limit: float) -> None:
        self.check(f"{what} at least {limit:g}", f"{value:,.2f}", value >= limit)


def main() -> None:
    """Run what is asked for, print the tables, then the promises."""
    options = _options()
    mirror = mirror_folder()
    if missing := missing_files(mirror):
        print(f"Skipped: {missing[0]} is not there; set OPENDATA_MIRROR to a mirror with it.")
        return
    promises = Promises()
    with tempfile.TemporaryDirectory(prefix="opendata-geocode-") as name:
        try:
            if options.departements:
                _many(Path(name), mirror, promises)
            else:
                _beside_addok(Path(name), mirror, options, promises)
        except ours.NotThere as error:
            sys.exit(str(error))
    print("\n" + "\n".join(promises.lines))
    sys.exit(1 if promises.broken else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--per-kind", type=int, default=PER_KIND, help="queries of each kind")
    parser.add_argument("--seed", type=int, default=ACCURACY_SEED, help="of the accuracy")
    parser.add_argument("--without-addok", action="store_true")
    parser.add_argument("--write-docs", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("--fit", action="store_true", help="print the weights of the score")
    parser.add_argument("--misses", type=Path, metavar="FILE.csv")
    parser.add_argument("--departements", type=int, choices=(8,))
    return parser.parse_args()


def _beside_addok(
    folder: Path, mirror: Path, options: argparse.Namespace, promises: Promises
) -> None:
    whole = read_ban(mirror)
    mirror = make_lacking_mirror(folder / "mirror", mirror)
    ban = read_ban(mirror)

    def make(seed: int, times: int = 1) -> pd.DataFrame:
        count = options.per_kind * times
        known = queries(ban, seed, count)
        more = queries(ban, seed, count, LOOSE_KINDS)
        removed = lacking.removed_queries(whole, seed, count)
        return pd.concat([known, more, removed], ignore_index=True)

    if options.fit:
        settings = ours.make_home(folder / "fit", mirror, DEPARTEMENTS)
        print(fit.fitted(make(FIT_SEED, FITTING), ban, settings))
        return
    everything, held_back = make(options.seed), make(HELD_BACK_SEED, CALIBRATION)
    # Kinds of which nothing was promised are shown apart.
    promised = everything["kind"].isin(KINDS)
    asked = everything[promised].reset_index(drop=True)
    others = everything[~promised].reset_index(drop=True)
    warm_up = held_back.head(WARM_UP)
    print(f"{len(asked):,} queries of seed {options.seed} over {len(ban):,} addresses\n")

    pace = _our_pace(folder / "pace", mirror, warm_up, asked)
    settings = ours.make_home(folder / "command", mirror, DEPARTEMENTS)
    ours.by_command(settings, warm_up)  # makes the indexes
    answers, seconds = ours.by_command(settings, asked)
    print(f"ours, the whole command: {seconds:.2f} s, {len(asked) / seconds:,.0f} rows/s\n")
    table = score.accuracy_table(score.judge(asked, answers, ban))
    _show("ours", table)
    answers, _ = ours.by_command(settings, others)
    apart = score.accuracy_table(score.judge(others, answers, ban)).drop(index="all")
    _show("ours, other kinds", apart)
    _promise_accuracy(table, promises)

    answers, _ = ours.by_command(settings, held_back)
    reliability = calibration.reliability(held_back, answers, ban)
    print(f"calibration on the held-back seed {HELD_BACK_SEED}")
    print(calibration.as_text(reliability), "\n")
    gap = calibration.worst(reliability)
    promises.at_most("calibration, points between score and truth", gap, calibration.TOLERANCE)
    if options.write_docs:
        page = calibration.as_page(reliability, HELD_BACK_SEED, len(held_back))
        PAGE.write_text(page, encoding="utf-8")
        print(f"{PAGE.relative_to(PROJECT)} written\n")
    if options.misses:
        _write_misses(options.misses, make(FIT_SEED), settings, ban)
    if not options.without_addok:
        _addok(ban, asked, warm_up, pace, promises)


def _our_pace(folder: Path, mirror: Path, warm_up: pd.DataFrame, asked: pd.DataFrame) -> float:
    """Rows per second of one process, its indexes in memory, in a home that has no answers."""
    settings = ours.make_home(folder, mirror, DEPARTEMENTS)
    first = ours.one_per_departement(warm_up)
    ours.in_process(settings, first, first)  # makes the indexes
    told = ours.in_process(settings, first, asked, warm_up)
    pace = told["rows"] / told["seconds"]
    print(
        f"ours, in process: {pace:,.0f} rows/s, import {told['import_seconds']:.2f} s, "
        f"load {told['load_seconds']:.2f} s, peak {told['peak_mb']:.0f} MB"
    )
    return pace


def _promise_accuracy(table: pd.DataFrame, promises: Promises) -> None:
    everything = table.loc["all"]
    promises.at_least("right at street level, %", everything["precision_pct"], 99.5)
    lost = everything["possible_pct"] - everything["coverage_pct"]
    promises.at_most("points of coverage below the best possible", lost, 0.5)
    unknown = table.at["unknown_street", "street_pct"]
    promises.at_most("unknown streets answered at street level, %", unknown, 1.0)


def _addok(
    ban: pd.DataFrame,
    asked: pd.DataFrame,
    warm_up: pd.DataFrame,
    our_pace: float,
    promises: Promises,
) -> None:
    try:
        with running_addok(build_reference(ban)) as peer:
            print(f"addok: {peer.documents:,} documents imported in {peer.import_seconds:.1f} s")
            answers, told = peer.search(asked, warm_up)
            by_csv, csv_told = peer.search_csv(asked)
    except AddokAbsent as error:
        print(f"addok skipped: {error}")
        return
    pace = told["rows"] / told["seconds"]
    print(
        f"addok, in process: {pace:,.0f} rows/s, load {told['load_seconds']:.2f} s, "
        f"peak {told['peak_mb']:.0f} MB without Redis"
    )
    print(
        f"addok, /search/csv/: HTTP {csv_told['status']}, "
        f"{csv_told['rows'] / csv_told['seconds']:,.0f} rows/s, {len(by_csv):,} rows back; "
        f"with a filter column HTTP {csv_told['status_with_filter']}\n"
    )
    for least in ADDOK_LEAST:
        judged = score.judge(asked, score.accept(answers, least), ban)
        _show(f"addok, answers at {least} and above", score.accuracy_table(judged))
    if len(by_csv) == len(asked):
        judged = score.judge(asked, score.accept(by_csv, ADDOK_LEAST[0]), ban)
        everything = score.accuracy_table(judged).loc[["all"]]
        print(f"addok, /search/csv/ at {ADDOK_LEAST[0]}\n{score.as_text(everything)}\n")
    promises.at_least("times addok's rows per second", our_pace / pace, 25)


def _show(title: str, table: pd.DataFrame) -> None:
    print(f"{title}\n{score.as_text(table)}\n\n{score.as_markdown(table)}\n", flush=True)


def _write_misses(
    path: Path, asked: pd.DataFrame, settings: dict[str, str], ban: pd.DataFrame
) -> None:
    """Wrong at the level of the answer, or a street that is known and was not found."""
    answers, _ = ours.by_command(settings, asked)
    judged = score.judge(asked, answers, ban)
    missed = (judged["possible"] & ~judged["covered"]) | ~judged["right"] | judged["wrong_number"]
    known = [name for name in ANSWERED if name in answers]
    told = asked.join(answers[known]).join(judged[["level", "right", "covered", "wrong_number"]])
    told[missed].sort_values("kind", kind="stable").to_csv(path, index=False)
    print(f"{int(missed.sum()):,} of {len(asked):,} queries of seed {FIT_SEED} in {path}\n")


def _many(folder: Path, mirror: Path, promises: Promises) -> None:
    codes = make_mirror(folder / "mirror", mirror)
    ban = read_ban(folder / "mirror", codes)
    asked = queries(ban, ACCURACY_SEED, -(-MANY_ROWS // 14)).head(MANY_ROWS)
    print(f"{len(asked):,} queries over {len(ban):,} addresses of {len(codes)} départements")
    settings = ours.make_home(folder / "ours", folder / "mirror", codes)
    each = ours.one_per_departement(asked)
    full = asked[asked["expected_insee"].str.startswith("37")].head(1)
    ours.in_process(settings, each, each)  # makes the indexes
    one = ours.in_process(settings, full, full)
    told = ours.in_process(settings, each, asked)
    print(
        f"one process: {told['total_seconds']:.2f} s in all, of which import "
        f"{told['import_seconds']:.2f}, load {told['load_seconds']:.2f}, rows "
        f"{told['seconds']:.2f} ({told['rows'] / told['seconds']:,.0f}/s); "
        f"peak {told['peak_mb']:,.0f} MB; one full département loads in "
        f"{one['load_seconds']:.2f} s"
    )
    promises.at_most(f"seconds for {MANY_ROWS:,} rows", told["total_seconds"], 20)
    promises.at_most("peak memory, MB", told["peak_mb"], 1_536)
    promises.at_most("seconds to load one département", one["load_seconds"], 2)


if __name__ == "__main__":
    main()

"""Time and memory of one source, from a file on disk to checked rows, in one process.

    python benchmarks/harvest.py [--full]     (needs the real files of ../shared/mirror)

The file of the Gironde (347 places) is written 50 times over as it is, then 50 and 500 times
(5,000 with ``--full``: 1.7 million rows, some 2 GB) with names, numbers and addresses of their
own in each copy, so that there is as much to normalise as in a real file of that size. The
process that is measured reads, maps, normalises, checks and accounts; its peak memory is the
kernel's figure.

The peer's figures stand in ../shared/design/FIELD.md (mednum-cli on the same 17,350 rows: 49 s,
of which 17 s are fixed pauses, and 948 MB); it cannot be run offline, so they are quoted.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]
MIRROR = Path(os.environ.get("OPENDATA_MIRROR") or PROJECT.parent / "shared" / "mirror")
PEER = {"rows": 17_350, "seconds": 49.0, "megabytes": 948}
_TEN_DIGITS = re.compile(r"(0[1-9](?:\D?[0-9]){4})((?:\D?[0-9]){4})")
TARGET = {"seconds": 5.0, "megabytes": 400}


def write_copies(path: Path, copies: int, varied: bool = True) -> None:
    """The file of the Gironde ``copies`` times, each copy unlike the others if ``varied``."""
    rows = json.loads((MIRROR / "gironde.json").read_text(encoding="utf-8"))
    with path.open("w", encoding="utf-8") as out:
        out.write("[")
        for number in range(copies):
            lines = (
                json.dumps(_varied(row, number if varied else 0), ensure_ascii=False)
                for row in rows
            )
            out.write(("," if number else "") + ",\n".join(lines))
        out.write("]")


def _varied(row: dict[str, object], number: int) -> dict[str, object]:
    if not number:
        return row
    digits = iter(f"{(number * 7919) % 10_000:04d}")
    varied = {
        "Lieu": f"{row['Lieu']} {number}",
        # The last four of ten digits, wherever they stand: still a number, and another one.
        "Téléphone": _TEN_DIGITS.sub(
            lambda phone: phone[1] + re.sub("[0-9]", lambda _: next(digits), phone[2]),
            str(row["Téléphone"]),
            count=1,
        ),
        "Email": str(row["Email"]).replace("@", f"{number}@", 1),
        "Adresse postale": f"{number} {row['Adresse postale']}",
    }
    return {**row, **varied}


def measured(path: Path) -> None:
    """What the measured process does; prints one line of JSON."""
    start = time.perf_counter()
    from opendata.catalog import load_source
    from opendata.harvest import harvest_file
    from opendata.paths import Paths

    paths = Paths(home=path.parent, catalog=PROJECT / "catalog", mirror=None)
    found = harvest_file(load_source("gironde", paths), path)
    sums = {name: dict(account) for name, account in found.accounts.items()}
    exact = all(
        one["source_values"] == one["published_values"] + one["explained"] for one in sums.values()
    )
    print(
        json.dumps(
            {
                "rows": found.rows_in,
                "accepted": found.accepted,
                "exact": exact,
                "seconds": time.perf_counter() - start,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "stages": {name: round(value, 2) for name, value in found.seconds.items()},
            }
        )
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="1.7 million rows too")
    parser.add_argument("--measured", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measured:
        measured(options.measured)
        return
    if not (MIRROR / "gironde.json").is_file():
        sys.exit("The benchmark needs the real files: set OPENDATA_MIRROR.")
    print(
        f"{'rows':>10}  {'copies':<9}{'accepted':>10}{'seconds':>9}{'µs/row':>8}{'peak MB':>9}"
        "  exact  stages"
    )
    runs = [(50, False), (50, True), (500, True), *([(5_000, True)] if options.full else [])]
    for copies, varied in runs:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "gironde.json"
            write_copies(path, copies, varied)
            command = [sys.executable, __file__, "--measured", str(path)]
            found = json.loads(subprocess.check_output(command, cwd=PROJECT).splitlines()[-1])
        cost = 1e6 * found["seconds"] / found["rows"]
        stages = ", ".join(f"{name} {value}" for name, value in found["stages"].items())
        print(
            f"{found['rows']:>10,}  {'varied' if varied else 'identical':<9}"
            f"{found['accepted']:>10,}{found['seconds']:>9.2f}{cost:>8.0f}"
            f"{found['megabytes']:>9.0f}  {'yes' if found['exact'] else 'NO':<5}  {stages}",
            flush=True,
        )
    print(
        f"\nmednum-cli (FIELD.md) {PEER['rows']:,} rows: {PEER['seconds']:.0f} s, "
        f"{PEER['megabytes']} MB; the aim for as many rows: under {TARGET['seconds']:.0f} s and "
        f"{TARGET['megabytes']} MB."
    )


if __name__ == "__main__":
    main()

"""Time and memory of the commands a steward and a scheduler run, on the real files.

    make bench          (needs the real files: OPENDATA_MIRROR or ../shared/mirror)

Each line is one process, measured from outside with wait4: wall time, processor time and
peak memory. Stage timings come from the run itself. Nothing here is a test.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
MIRROR = Path(os.environ.get("OPENDATA_MIRROR") or PROJECT.parent / "shared" / "mirror")


def measure(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, float, str]:
    """Wall seconds, processor seconds, peak MB and output of one command."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            arguments, cwd=PROJECT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        output.seek(0)
        said = output.read()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(arguments)} failed:\n{said}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said


def main() -> None:
    """Print the table."""
    if not (MIRROR / "mirror.toml").is_file():
        sys.exit("The benchmark needs the real files: set OPENDATA_MIRROR.")
    home = Path(tempfile.mkdtemp(prefix="opendata-bench-"))
    environment = os.environ | {
        "OPENDATA_HOME": str(home / "data"),
        "OPENDATA_MIRROR": str(MIRROR),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    opendata = str(BIN / "opendata")
    script = (
        "import json; from opendata import pipeline; "
        "from opendata.paths import paths_from_environment as p; "
        "print(json.dumps(dict(pipeline.run('centre-val-de-loire', p(), force=True).seconds)))"
    )
    commands = {
        "opendata --help": [opendata, "--help"],
        "opendata reference update": [opendata, "reference", "update"],
        "opendata check hub-lo": [opendata, "check", "hub-lo"],
        "pipeline alone, nothing stored": [sys.executable, "-c", script],
        "pipeline alone, harvests stored": [sys.executable, "-c", script],
        "opendata run, first (new Prefect home)": [
            opendata,
            "run",
            "centre-val-de-loire",
            "--force",
        ],
        "opendata run, unchanged": [opendata, "run", "centre-val-de-loire"],
    }
    print(f"{'command':<42}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}")
    stages: dict[str, dict[str, float]] = {}
    try:
        for name, arguments in commands.items():
            wall, processor, peak, said = measure(arguments, environment)
            print(f"{name:<42}{wall:>8.2f}{processor:>8.2f}{peak:>9.0f}")
            if arguments[1] == "-c":
                stages[name] = json.loads(said.splitlines()[-1])
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for name, seconds in stages.items():
        told = ", ".join(f"{stage} {value:.2f}" for stage, value in seconds.items())
        print(f"\n{name} (s): {told}")


if __name__ == "__main__":
    main()

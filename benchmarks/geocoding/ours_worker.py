"""The process that is measured: ``ours_worker.py FIRST.csv OTHERS.csv TABLE.csv``.

Prints a line of JSON.
"""

import json
import resource
import sys
import time


def main() -> None:
    start = time.perf_counter()
    import pandas as pd

    from opendata.geocode.batch import geocode_table
    from opendata.paths import paths_from_environment

    imported = time.perf_counter()
    first, others, table = (
        pd.read_csv(path, dtype="str", keep_default_na=False) for path in sys.argv[1:4]
    )
    paths = paths_from_environment()
    ready = time.perf_counter()
    geocode_table(first, paths)
    loaded = time.perf_counter()
    if len(others):
        geocode_table(others, paths)
    warm = time.perf_counter()
    found = geocode_table(table, paths)
    done = time.perf_counter()
    told = {
        "rows": len(found),
        "import_seconds": imported - start,
        "load_seconds": loaded - ready,
        "seconds": done - warm,
        "total_seconds": done - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()

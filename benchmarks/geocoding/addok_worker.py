"""What runs inside addok's own environment: its search over a file of queries.

    python -P addok_worker.py search QUERIES.csv ANSWERS.csv --warm-up OTHERS.csv --filters
    python -P addok_worker.py csv QUERIES.csv ANSWERS.csv      its /search/csv/ endpoint

Both print one line of JSON: seconds, rows, peak of memory. Standard library and addok only.
(``-P``: the folder of this file holds an ``addok.py`` that is not addok.)
"""

import argparse
import csv
import json
import resource
import time
from pathlib import Path
from typing import Any

#: addok's result types in the geocoder's words.
LEVELS = {
    "housenumber": "numero",
    "street": "voie",
    "locality": "lieu-dit",
    "municipality": "commune",
}
COLUMNS = (
    *("geo_precision", "geo_code_insee", "geo_voie", "geo_numero"),
    *("geo_longitude", "geo_latitude", "geo_score"),
)
ASKED = ("adresse", "code_postal", "commune")
Row = dict[str, str]


def read(path: str) -> list[Row]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: str, answers: list[dict[str, object]]) -> None:
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(answers)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=("search", "csv"))
    parser.add_argument("queries")
    parser.add_argument("answers")
    parser.add_argument("--warm-up")
    parser.add_argument("--filters", action="store_true")
    options = parser.parse_args()
    told = by_csv(options) if options.way == "csv" else by_search(options)
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def by_search(options: argparse.Namespace) -> dict[str, object]:
    start = time.perf_counter()
    from addok.config import config

    config.load()
    from addok.core import search
    from addok.helpers.text import EntityTooLarge

    def one(row: Row) -> dict[str, object]:
        text = " ".join(row[name] for name in ASKED if row[name])
        try:
            found = ()
            filters = filters_of(row) if options.filters else {}
            if filters:
                found = search(text, autocomplete=False, limit=1, **filters)
            if not found:
                found = search(text, autocomplete=False, limit=1)
        except EntityTooLarge:
            found = ()
        return answer(found[0]) if found else dict.fromkeys(COLUMNS, "")

    queries = read(options.queries)
    one(queries[0])
    load = time.perf_counter() - start
    for row in read(options.warm_up) if options.warm_up else ():
        one(row)
    start = time.perf_counter()
    answers = [one(row) for row in queries]
    seconds = time.perf_counter() - start
    write(options.answers, answers)
    return {"rows": len(queries), "seconds": seconds, "load_seconds": load}


def filters_of(row: Row) -> dict[str, str]:
    """The stated code of the commune, else its postcode, unless that is a CEDEX one."""
    if row["code_insee"]:
        return {"citycode": row["code_insee"]}
    if row["code_postal"] and "cedex" not in row["commune"].lower():
        return {"postcode": row["code_postal"]}
    return {}


def answer(found: Any) -> dict[str, object]:
    return {
        "geo_precision": LEVELS.get(found.type, ""),
        "geo_code_insee": found.citycode,
        "geo_voie": "" if found.type == "municipality" else found.name,
        "geo_numero": found.housenumber or "",
        "geo_longitude": found.lon,
        "geo_latitude": found.lat,
        "geo_score": found.score,
    }


def by_csv(options: argparse.Namespace) -> dict[str, object]:
    """The endpoint in process, without a server; a filter column too, to see if it answers."""
    from addok.http.wsgi import application
    from falcon.testing import TestClient

    client = TestClient(application)
    rows = read(options.queries)
    few = post(client, rows[:20], {"postcode": "code_postal"})
    start = time.perf_counter()
    sent = post(client, rows, {})
    seconds = time.perf_counter() - start
    told = {
        "rows": len(rows),
        "seconds": seconds,
        "status": sent.status_code,
        "status_with_filter": few.status_code,
    }
    if sent.status_code == 200:
        found = list(csv.DictReader(sent.text.splitlines()))
        told["rows_back"] = len(found)
        write(options.answers, [csv_answer(row) for row in found])
    return told


def post(client: Any, rows: list[Row], params: dict[str, str]) -> Any:
    """One multipart request of the three columns, the delimiter stated."""
    mark = "----opendata-benchmark"
    lines = [",".join(ASKED)]
    lines += [",".join('"' + row[name].replace('"', "") + '"' for name in ASKED) for row in rows]
    parts = [(f'name="{name}"', value) for name, value in [("delimiter", ","), *params.items()]]
    parts += [('name="columns"', name) for name in ASKED]
    parts += [('name="data"; filename="queries.csv"', "\n".join(lines) + "\n")]
    body = "".join(
        f"--{mark}\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n"
        for head, value in parts
    )
    return client.simulate_post(
        "/search/csv",
        body=(body + f"--{mark}--\r\n").encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={mark}"},
    )


def csv_answer(row: Row) -> dict[str, object]:
    kind = row.get("result_type", "")
    return {
        "geo_precision": LEVELS.get(kind, ""),
        "geo_code_insee": row.get("result_citycode", ""),
        "geo_voie": "" if kind == "municipality" else row.get("result_name", ""),
        "geo_numero": row.get("result_housenumber", ""),
        "geo_longitude": row.get("longitude", ""),
        "geo_latitude": row.get("latitude", ""),
        "geo_score": row.get("result_score", ""),
    }


if __name__ == "__main__":
    main()

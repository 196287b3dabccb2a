"""Rows and values kept of every real source, field by field, and whether the sums are exact.

    python benchmarks/kept.py     (needs the real files of ../shared/mirror)

The peer's figures stand in ../shared/design/FIELD.md (mednum-cli on its 13 bundled sources,
1,823 rows: 1,451 rows kept, 12 % of websites and 16 % of opening hours lost without a word); the
seven sources of the mirror that are of the same kind are summed apart. Cells that a rule looked
into for a word and that speak of something else (a box left unticked, a description searched for
hours) state nothing of the field: the report counts them apart, and so does this table.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).parents[1]
MIRROR = Path(os.environ.get("OPENDATA_MIRROR") or PROJECT.parent / "shared" / "mirror")
#: The regional and local networks, as the peer's bundled sources are.
LIKE_THE_PEER = ("angers", "bfc-ternum", "gironde", "hinaura", "hub-lo", "maine-et-loire", "paca")
PEER = {"rows": 100 * 1451 / 1823, "site_web": 88.0, "horaires": 84.0}
FIELDS = ("telephone", "courriels", "site_web", "horaires", "adresse", "latitude", "date_maj",
          "typologie", "services")  # fmt: skip


def main() -> None:
    """Print the table."""
    if not (MIRROR / "mirror.toml").is_file():
        sys.exit("The benchmark needs the real files: set OPENDATA_MIRROR.")
    from opendata.catalog import load_source, source_ids
    from opendata.diagnosis import diagnose
    from opendata.errors import SourceError
    from opendata.fetch import fetch
    from opendata.harvest import harvest
    from opendata.normalise.hours import valid
    from opendata.paths import Paths

    titles = "".join(f"{name[:11]:>12}" for name in FIELDS)
    print(f"{'source':<25}{'rows':>8}{'kept':>8}{'exact':>7}{titles}   (published / stated, %)")
    like_rows, like, hours, bad = Counter[str](), Counter[str](), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(home=Path(folder), catalog=PROJECT / "catalog", mirror=MIRROR)
        for name in source_ids(paths):
            source = load_source(name, paths)
            try:
                found = harvest(source, fetch(source, paths), paths)
            except SourceError:
                continue
            if found.snapshot is None or name.startswith("demo-"):
                continue
            exact = all(
                one["source_values"] == one["published_values"] + one["explained"]
                for one in found.accounts.values()
            )
            accounts = {one["field"]: one for one in diagnose(source, found)["fields"]}
            shares = []
            for field in FIELDS:
                one = accounts.get(field, {"source_values": 0, "published_values": 0, "silent": 0})
                stated, published = one["source_values"] - one["silent"], one["published_values"]
                shares.append(f"{100 * published / stated:>11.1f}%" if stated else f"{'–':>12}")
                if name in LIKE_THE_PEER:
                    like[f"{field} stated"] += stated
                    like[f"{field} published"] += published
            if name in LIKE_THE_PEER:
                like_rows.update(read=found.rows_in, kept=found.accepted)
            if "horaires" in found.table:
                told = found.table.loc[found.table["horaires"] != "", "horaires"]
                hours += len(told)
                bad += sum(not valid(text) for text in told)
            print(
                f"{name:<25}{found.rows_in:>8,}{found.accepted:>8,}{'yes' if exact else 'NO':>7}"
                + "".join(shares)
            )
    print(f"\n{hours:,} opening hours published, {bad} that an OSM library cannot read")
    print("\nthe seven regional and local sources, beside mednum-cli (FIELD.md):")
    share = 100 * like_rows["kept"] / like_rows["read"]
    print(f"  rows       {share:5.1f} %   the peer {PEER['rows']:.1f} %")
    for field in ("site_web", "horaires"):
        kept = 100 * like[f"{field} published"] / like[f"{field} stated"]
        print(f"  {field:<9}  {kept:5.1f} %   the peer {PEER[field]:.1f} %")


if __name__ == "__main__":
    main()

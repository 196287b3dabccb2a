"""The rows that the matcher is measured on: those of the real datasets, located, not yet merged."""

import os
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from opendata import pipeline
from opendata.assemble import located_rows
from opendata.geocode.geocoder import load_geocoder, service_of
from opendata.harvest import harvest
from opendata.identity.registry import permanent_id
from opendata.paths import Paths

_PROJECT = Path(__file__).resolve().parents[2]
DATASETS = ("centre-val-de-loire", "ile-de-france", "france")


def real_paths() -> Paths:
    """An installation fed by the mirror: OPENDATA_MIRROR, else ../shared/mirror."""
    mirror = Path(os.environ.get("OPENDATA_MIRROR") or _PROJECT.parent / "shared" / "mirror")
    home = os.environ.get("OPENDATA_HOME") or tempfile.mkdtemp(prefix="opendata-match-")
    return Paths(home=Path(home).absolute(), catalog=_PROJECT / "catalog", mirror=mirror)


@cache
def real_rows(dataset_id: str, paths: Paths) -> pd.DataFrame:
    """The rows of a dataset as the matcher sees them, on an index 0…n-1."""
    job = pipeline.prepare(dataset_id, paths)
    harvests = [harvest(one, pipeline.fetch_source(one, job, paths), paths) for one in job.sources]
    geocoder = load_geocoder(paths, service_of(job.dataset))
    found = located_rows(job.dataset, job.sources, harvests, geocoder)
    return found.rows.reset_index(drop=True)


def positions(rows: pd.DataFrame, ids: Iterable[str]) -> pd.Series:
    """Where the rows are that ``ids`` (hashes of source and key) name; NaN where they are not."""
    made = [permanent_id(*pair) for pair in zip(rows["source_id"], rows["id"], strict=True)]
    where = pd.Series(range(len(rows)), index=made)
    return where[~where.index.duplicated()].reindex(list(ids))

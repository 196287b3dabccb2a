"""What stewards write, checked and turned into the model before anything is fetched."""

from opendata.catalog.corrections import (
    append_corrections,
    corrections_path,
    load_corrections,
)
from opendata.catalog.decisions import (
    append_pair,
    append_pairs,
    append_release,
    append_tolerance,
    decisions_path,
    load_decisions,
)
from opendata.catalog.load import (
    FORMATS,
    UNKNOWN_LICENCE,
    check_settings,
    dataset_ids,
    load_catalog,
    load_dataset,
    load_dataset_sources,
    load_source,
    source_ids,
)
from opendata.catalog.rules import mappable_fields
from opendata.catalog.site import load_catalogue

__all__ = [
    "FORMATS",
    "UNKNOWN_LICENCE",
    "append_corrections",
    "append_pair",
    "append_pairs",
    "append_release",
    "append_tolerance",
    "check_settings",
    "corrections_path",
    "dataset_ids",
    "decisions_path",
    "load_catalog",
    "load_catalogue",
    "load_corrections",
    "load_dataset",
    "load_dataset_sources",
    "load_decisions",
    "load_source",
    "mappable_fields",
    "source_ids",
]

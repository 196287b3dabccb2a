"""``prefect.yaml`` follows from the catalogue: one deployment per dataset.

    python -m flows.deployments        writes prefect.yaml (make deployments)

The schedule of a deployment is the ``schedule`` of its dataset's TOML; a test fails when
the file committed differs from what this makes.
"""

from pathlib import Path
from typing import Any

from opendata.catalog import dataset_ids, load_dataset
from opendata.model import Dataset
from opendata.paths import paths_from_environment

POOL = "opendata"
_HEADER = """\
# Made by `make deployments` from catalog/datasets/*.toml; do not edit by hand.
#
#   prefect server start                                   the page: http://127.0.0.1:4200
#   prefect work-pool create --type process opendata
#   prefect worker start --pool opendata
#   prefect deploy --all
"""


def publication(dataset: Dataset) -> dict[str, Any]:
    """The deployment that publishes one dataset on its schedule."""
    deployment: dict[str, Any] = {
        "name": dataset.id,
        "description": f"Publication de « {dataset.title} ».",
        "entrypoint": "flows/publish.py:publish_dataset",
        # No concurrency_limit: it would end a run that pauses (see flows/publish.py).
        "parameters": {"dataset": dataset.id, "ask": True},
        "work_pool": {"name": POOL},
    }
    if dataset.schedule:
        deployment["schedules"] = [
            {"cron": dataset.schedule, "timezone": dataset.timezone, "active": True}
        ]
    return deployment


def prefect_yaml() -> str:
    """The content of ``prefect.yaml``."""
    import yaml

    paths = paths_from_environment()
    datasets = [load_dataset(name, paths) for name in dataset_ids(paths)]
    content = {
        "name": "opendata",
        "deployments": [
            *(publication(dataset) for dataset in datasets),
            {
                "name": "decision",
                "description": "Publier, faire attendre, abandonner ou retirer une version.",
                "entrypoint": "flows/decide.py:decide_release",
                "parameters": {},
                "work_pool": {"name": POOL},
            },
            {
                "name": "referentiel",
                "description": "Mise à jour hebdomadaire : communes et adresses (BAN).",
                "entrypoint": "flows/reference.py:update_reference",
                "parameters": {},
                "work_pool": {"name": POOL},
                "schedules": [{"cron": "0 1 * * 0", "timezone": "Europe/Paris", "active": True}],
            },
        ],
    }
    return _HEADER + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


if __name__ == "__main__":
    Path("prefect.yaml").write_text(prefect_yaml(), encoding="utf-8")

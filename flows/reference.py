"""Refresh the reference every week: communes, contours, EPCI and addresses of the territories."""

import os
from typing import Any

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from opendata.paths import paths_from_environment
from opendata.status import update_references


@task(retries=1, retry_delay_seconds=60, retry_jitter_factor=0.5)
def update_territories(dataset: str | None) -> list[dict[str, Any]]:
    """Download what changed; a file that fails keeps its old vintage.

    A run that was stopped goes on where it was: what is already here is asked for and found
    unchanged.
    """
    logger = get_run_logger()
    lines = []
    for line in update_references(dataset, paths_from_environment(), ban=True):
        (logger.info if line.ok else logger.warning)(line.fr)
        lines.append(
            {
                "département": line.departement,
                "fichier": "BAN" if line.kind == "ban" else "communes",
                "résultat": "à jour" if line.ok else "échec",
                "message": line.fr,
            }
        )
    return lines


@flow(
    name="update-reference",
    description="Met à jour les communes et les adresses des territoires publiés.",
)
def update_reference(dataset: str | None = None) -> list[dict[str, Any]]:
    """Update the reference for one dataset's territory, or for all of them."""
    lines = update_territories(dataset)
    create_table_artifact(
        key="referentiel",
        table=lines,
        description="Départements dont le référentiel a été demandé.",
    )
    return lines

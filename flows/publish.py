"""Publish one dataset: fetch its sources together, then make at most one release.

A task is a source or a dataset, never a row; tasks hand each other small objects that
point to files, never tables. The work itself is in ``opendata.pipeline``.

One publication of a dataset at a time: the deployments queue their runs (prefect.yaml),
and the pipeline's own lock refuses a second one however it was started.
"""

import os
from enum import StrEnum
from typing import Any

# Offline and quiet: Prefect reads these when it is imported.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "90")

from prefect import flow, get_run_logger, task, unmapped
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import BaseModel, ConfigDict, Field

from opendata import pipeline
from opendata.catalog import load_source
from opendata.harvest import harvest
from opendata.language import current_language
from opendata.model import FetchOutcome
from opendata.paths import Paths, paths_from_environment
from opendata.report import COUNTS


class ReviewMode(StrEnum):
    """Who lets the release out."""

    auto = "auto"
    always = "always"
    never = "never"


class PublishParameters(BaseModel):
    """What a run is asked to do; an unknown parameter is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    sources: list[str] = Field(default_factory=list)
    fetch: bool = True
    review: ReviewMode = ReviewMode.auto
    force: bool = False


@task(
    task_run_name="source {source_id}",  # the page's timeline draws no accents
    retries=1,
    retry_delay_seconds=2,
    retry_jitter_factor=0.5,
)
def fetch_and_harvest(source_id: str, job: pipeline.Job, paths: Paths) -> FetchOutcome:
    """Fetch one source and check its rows; the harvest stays on disk for the next task."""
    source = load_source(source_id, paths)
    outcome = pipeline.fetch_source(source, job, paths)
    found = harvest(source, outcome, paths)
    logger = get_run_logger()
    if found.error_fr:
        logger.warning(found.error_en if current_language() == "en" else found.error_fr)
    logger.info("%s : %d lignes, %d acceptées", source.id, found.rows_in, found.accepted)
    return outcome


@task(task_run_name="publier {dataset_id}")
def assemble_and_publish(
    dataset_id: str,
    job: pipeline.Job,
    outcomes: list[FetchOutcome],
    paths: Paths,
    review: str,
    force: bool,
) -> pipeline.Outcome:
    """Make the release, or say why there is none."""
    review_mode: Any = review
    return pipeline.publish(job, outcomes, paths, review=review_mode, force=force)


@flow(
    name="publish-dataset",
    flow_run_name="{dataset}",
    description="Récupère les sources d'un jeu de données, les contrôle et publie une version.",
    task_runner=ThreadPoolTaskRunner(max_workers=4),  # type: ignore[arg-type]
    validate_parameters=True,
)
def publish_dataset(
    dataset: str,
    sources: list[str] | None = None,
    fetch: bool = True,
    review: ReviewMode = ReviewMode.auto,
    force: bool = False,
) -> dict[str, Any]:
    """Publish one dataset; returns how it ended, as plain values.

    Raises an OpendataError, which fails the run, when nothing could be published. What
    follows is the form that stewards fill in, hence its language.

    Args:
        dataset: Jeu de données : le nom d'un fichier de catalog/datasets, sans .toml.
        sources: Sources à récupérer (vide : toutes). Les autres gardent leur dernière copie.
        fetch: Récupérer les sources. Non : repartir des copies déjà sur place.
        review: auto publie si rien ne s'y oppose, always attend toujours une personne, never
            publie sans tenir compte des tolérances.
        force: Publier une version nouvelle même si rien n'a changé.
    """
    wanted = PublishParameters(
        dataset=dataset, sources=sources or [], fetch=fetch, review=review, force=force
    )
    paths = paths_from_environment()
    job = pipeline.prepare(wanted.dataset, paths, only=wanted.sources, fetching=wanted.fetch)
    names = [source.id for source in job.sources]
    futures = fetch_and_harvest.map(names, job=unmapped(job), paths=unmapped(paths))
    outcomes = [future.result() for future in futures]
    outcome = assemble_and_publish(
        wanted.dataset, job, outcomes, paths, wanted.review.value, wanted.force
    )
    _artifacts(outcome)
    return outcome.as_json()


def _artifacts(outcome: pipeline.Outcome) -> None:
    """What a steward looks at in the Prefect page."""
    report = outcome.report
    key = outcome.dataset
    create_table_artifact(
        key=f"{key}-comptes",
        table=[
            {
                "source": line["source"],
                "état": line["etat"],
                **{name: line[name] for name in COUNTS},
            }
            for line in report.get("sources", [])
        ],
        description="Chaque ligne lue est publiée, fusionnée, en quarantaine ou hors territoire.",
    )
    create_table_artifact(
        key=f"{key}-controles",
        table=[
            {
                "source": problem["source"],
                "gravité": problem["severity"],
                "champ": problem["champ"],
                "constat": problem["phrase_fr"],
                "nombre": problem["nombre"],
            }
            for problem in report.get("problemes", [])[:200]
        ],
        description="Ce qui a été trouvé dans les sources, du plus grave au plus fréquent.",
    )
    create_markdown_artifact(
        key=f"{key}-changements",
        markdown=_changes_markdown(outcome),
        description="Ce que cette exécution a changé.",
    )


def _changes_markdown(outcome: pipeline.Outcome) -> str:
    said = {
        "published": "publiée",
        "unchanged": "inchangée : rien de nouveau à publier",
        "held": "en attente d'une décision",
    }
    lines = [f"# {outcome.dataset} — {outcome.version} ({said[outcome.status]})", ""]
    lines += [f"- {reason.fr}" for reason in outcome.reasons]
    changed = outcome.report.get("changements", {})
    if outcome.status != "unchanged":
        lines += [f"- {name} : {count}" for name, count in changed.items()]
    lines.append(f"- lieux : {outcome.report.get('places', 0)}")
    return "\n".join(lines)


def run_in_process(parameters: dict[str, Any]) -> dict[str, Any]:
    """Run the flow here, as ``opendata run`` does; errors come out as they were raised.

    The heartbeat thread, which no one watches in a run of a few seconds, costs a second.
    """
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return publish_dataset(**parameters)

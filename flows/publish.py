"""Publish one dataset: fetch its sources together, then make at most one release.

A task is a source or a dataset, never a row; tasks hand each other small objects that
point to files, never tables. The work itself is in ``opendata.pipeline``.

One publication of a dataset at a time: the pipeline's own lock refuses a second one however
it was started, and a run of a deployment then waits for its turn. Prefect's own limit of a
deployment is of no use to a run that may pause: pausing gives its place back, and the engine
ends the run minutes later because it no longer holds it.
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
from prefect.runtime import deployment
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import BaseModel, ConfigDict, Field

from flows.answers import Done
from flows.ask import TURN_S, TURNS, busy
from flows.ask import ask as ask_person
from flows.difference import difference_markdown
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
    ask: bool = False
    wait_hours: float = Field(default=20, gt=0, le=168)


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


@task(task_run_name="publier {dataset_id}", retry_delay_seconds=TURN_S, retry_condition_fn=busy)
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
    ask: bool = False,
    wait_hours: float = 20,
) -> dict[str, Any]:
    """Publish one dataset; returns how it ended, as plain values.

    With ``ask``, ``decision`` is what a person answered (None: nobody did, or nothing was asked).
    Raises an OpendataError, which fails the run, when nothing could be published or when the
    answer cannot be followed. What follows is the form that stewards fill in, hence its language.

    Args:
        dataset: Jeu de données : le nom d'un fichier de catalog/datasets, sans .toml.
        sources: Sources à récupérer (vide : toutes). Les autres gardent leur dernière copie.
        fetch: Récupérer les sources. Non : repartir des copies déjà sur place.
        review: auto publie si rien ne s'y oppose, always attend toujours une personne, never
            publie sans tenir compte des tolérances.
        force: Publier une version nouvelle même si rien n'a changé.
        ask: Attendre la réponse d'une personne quand la version est retenue.
        wait_hours: Combien d'heures l'attendre. Sans réponse, la version reste en attente et
            l'exécution se termine.
    """
    wanted = PublishParameters(
        dataset=dataset, sources=sources or [], fetch=fetch, review=review, force=force,
        ask=ask, wait_hours=wait_hours,
    )  # fmt: skip
    paths = paths_from_environment()
    job = pipeline.prepare(wanted.dataset, paths, only=wanted.sources, fetching=wanted.fetch)
    names = [source.id for source in job.sources]
    futures = fetch_and_harvest.map(names, job=unmapped(job), paths=unmapped(paths))
    outcomes = [future.result() for future in futures]
    # A person at a terminal is told at once that a publication is under way; a night's run waits.
    make = assemble_and_publish.with_options(retries=TURNS if deployment.id else 0)
    outcome = make(wanted.dataset, job, outcomes, paths, wanted.review.value, wanted.force)
    _artifacts(outcome, paths)
    result = outcome.as_json()
    if not wanted.ask:
        return result
    done = None
    if outcome.status == "held":
        done = ask_person(outcome, paths, wanted.wait_hours * 3600)
        _decision_artifact(outcome, done, wanted.wait_hours)
    if done:
        result["status"] = _STATUS_AFTER[done.decision]
    return {**result, "decision": done.as_json() if done else None}


_SEVERITIES = {"error": "erreur", "warning": "alerte", "info": "information"}
#: What a release that was held is, once it was decided on.
_STATUS_AFTER = {"publier": "published", "attendre": "held", "abandonner": "dropped"}


def _artifacts(outcome: pipeline.Outcome, paths: Paths) -> None:
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
                "gravité": _SEVERITIES.get(problem["severity"], problem["severity"]),
                "champ": problem["champ"],
                "nombre": problem["nombre"],
                "constat": problem["phrase_fr"],
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
    if outcome.status == "held":
        staged = paths.staged(key) / outcome.version
        create_markdown_artifact(
            key=f"{key}-difference",
            markdown=difference_markdown(
                outcome.difference,
                seal=outcome.seal,
                warnings=outcome.warnings,
                files={
                    "la page des différences": f"{staged}.html",
                    "le rapport": str(staged / "rapport.html"),
                    "les fichiers": str(staged),
                    "les paires à relire": str(paths.pairs(key)),
                },
            ),
            description="Ce que changerait la version qui attend.",
        )


def _decision_artifact(outcome: pipeline.Outcome, done: Done | None, hours: float) -> None:
    nobody = (
        f"# {outcome.dataset} {outcome.version} attend toujours\n\nPersonne n'a répondu en "
        f"{hours:g} h. La version publiée reste en place ; le déploiement « decision » permet de "
        "décider à tout moment."
    )
    create_markdown_artifact(
        key=f"{outcome.dataset}-decision",
        markdown=done.markdown() if done else nobody,
        description="Ce qui a été décidé.",
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
        outcome: dict[str, Any] = publish_dataset(**parameters)
        return outcome

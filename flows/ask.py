"""A run that waits for a person: a form in the Prefect page, and what its answer does.

The run is paused, not suspended: its process stays and asks the server from time to time. It
holds no lock and no place in a queue while it waits (``publication_lock`` is taken by the
decision itself), so that another run of the dataset goes on; the seal then refuses an answer
about a release that is no longer the one that was shown.
"""

import math
import time
from enum import StrEnum
from typing import Any

from prefect import get_client, get_run_logger, pause_flow_run, task
from prefect.exceptions import FlowPauseTimeout
from prefect.input import RunInput
from prefect.runtime import flow_run
from prefect.states import Running
from pydantic import Field

from flows.answers import Decision, Done, decide
from flows.difference import reasons, summary
from opendata.errors import BusyError, OpendataError
from opendata.paths import Paths
from opendata.pipeline import Outcome
from opendata.site.wording import french_spacing

#: How often a run that waits asks whether it was answered.
POLL_S = 10
#: A decision, or a run that a deployment started, waits for its turn: attempts, seconds between.
TURNS, TURN_S = 40, 30


class Choice(StrEnum):
    """What can be answered; the names are those of :class:`~flows.answers.Decision`."""

    publier = "publier"
    attendre = "attendre"
    abandonner = "abandonner"


class Answer(RunInput):
    """The form of a release that waits."""

    decision: Choice = Field(
        title="Décision",
        description="**publier** exactement ce qui est montré, la faire **attendre** avec votre "
        "raison, ou l'**abandonner** : la version publiée reste alors en place.",
    )
    raison: str = Field(
        default="",
        title="Raison",
        description="Obligatoire pour faire attendre ou abandonner. Elle est consignée.",
    )
    nom: str = Field(
        title="Votre nom", min_length=1, description="Il est consigné avec la décision."
    )


def busy(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a task failed because another publication of the dataset is under way."""
    return isinstance(state.data, BusyError)


@task(
    task_run_name="decision {dataset}",  # the page's timeline draws no accents
    retries=TURNS,
    retry_delay_seconds=TURN_S,
    retry_condition_fn=busy,
)
def carry_out(
    decision: Decision,
    dataset: str,
    paths: Paths,
    *,
    reason: str,
    author: str,
    version: str = "",
    seal: str = "",
) -> Done:
    """Do what a person decided, when no publication of the dataset is under way."""
    done = decide(
        decision, dataset, paths, reason=reason, author=author, version=version, seal=seal
    )
    logger = get_run_logger()
    logger.info("%s (%s)", done.said.fr, done.author)
    if done.unrecorded:
        logger.warning("C'est fait, mais la décision n'est pas consignée : %s", done.unrecorded.fr)
    return done


def ask(outcome: Outcome, paths: Paths, wait_s: float) -> Done | None:
    """Wait for a person's answer about a release that is held and do it; None: nobody answered.

    An answer that is refused is asked for once more, with the sentence that says why; the second
    refusal is raised.
    """
    until = time.monotonic() + wait_s
    asked = question(outcome)
    refused: OpendataError | None = None
    while True:
        said = f"**Votre réponse n'a pas pu être suivie.** {refused.fr}\n\n" if refused else ""
        answer = _wait(french_spacing(said + asked), until - time.monotonic())
        if answer is None:
            return None
        try:
            return carry_out(
                Decision[answer.decision.name], outcome.dataset, paths,
                reason=answer.raison, author=answer.nom,
                version=outcome.version, seal=outcome.seal,
            )  # fmt: skip
        except OpendataError as problem:
            if refused:
                raise
            refused = problem


def question(outcome: Outcome) -> str:
    """What stands above the form, as markdown."""
    why = "\n".join(f"- {reason}" for reason in reasons(outcome.difference))
    return (
        f"**{outcome.dataset} {outcome.version}** attend une décision :\n\n{why}\n\n"
        f"{summary(outcome.difference)}\n\nLe détail est dans l'onglet **Artifacts** de cette "
        f"exécution : **{outcome.dataset}-difference**."
    )


def _wait(description: str, seconds: float) -> Answer | None:
    try:
        answer: Answer = pause_flow_run(
            wait_for_input=Answer.with_initial_data(description=description),
            timeout=max(math.ceil(seconds), 1),
            poll_interval=POLL_S,
        )
        return answer
    except FlowPauseTimeout:
        # The server fails a run that was not resumed in time, whatever it does next. That nobody
        # came is no failure: only a state that is forced says so.
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(flow_run.id, Running(), force=True)
        return None

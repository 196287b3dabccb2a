"""A steward's decision at any time: publish what waits, have it wait, drop it, take one back."""

import os
from typing import Annotated, Any

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.answers import Decision
from flows.ask import carry_out
from opendata.catalog import check_settings, dataset_ids
from opendata.errors import OpendataError
from opendata.paths import paths_from_environment
from opendata.site.wording import french_spacing


def _titled(title: str, pattern: str | None = None, **more: Any) -> Any:
    """The title of a parameter in the form: Prefect overwrites the one of the field itself."""
    return Field(pattern=pattern, json_schema_extra={"title": title, **more})


def _datasets() -> dict[str, Any]:
    """The datasets of the catalogue as a list to choose from, as it is when deployed."""
    names = list(dataset_ids(paths_from_environment()))
    return {"enum": names} if names else {}


@flow(
    name="decide-release",
    flow_run_name="{dataset}-decision",
    description="Publie, fait attendre ou abandonne la version en attente d'un jeu de données, "
    "ou revient à une version antérieure.",
)
def decide_release(
    dataset: Annotated[str, _titled("Jeu de données", r"^[a-z0-9][a-z0-9-]*$", **_datasets())],
    decision: Annotated[Decision, _titled("Décision")],
    raison: Annotated[str, _titled("Raison", minLength=1)],
    nom: Annotated[str, _titled("Votre nom", minLength=1)],
    version: Annotated[str, _titled("Version")] = "",
    empreinte: Annotated[str, _titled("Empreinte")] = "",
) -> dict[str, Any]:
    """Carry out a decision; returns it as plain values.

    Raises an OpendataError, whose sentence is that of the failed run, when it is refused. What
    follows is the form that stewards fill in, hence its language.

    Args:
        dataset: Celui sur lequel porte la décision.
        decision: Ce qui doit être fait.
        raison: Pourquoi. Elle est consignée dans catalog/decisions ; celle d'un retour en
            arrière est publiée avec la version retirée.
        nom: Il est consigné avec la décision.
        version: La version en attente, ou celle à laquelle revenir. Vide : celle qui attend, ou
            celle d'avant.
        empreinte: Celle que vous avez relue : si la version en attente a changé depuis, la
            décision est refusée. Vide : sans contrôle.
    """
    paths = paths_from_environment()
    check_settings(paths)
    try:
        done = carry_out(
            decision, dataset, paths, reason=raison, author=nom, version=version, seal=empreinte
        )
    except OpendataError as problem:
        _show(dataset, f"# {dataset} : rien n'est changé\n\n{problem.fr}")
        raise
    _show(dataset, done.markdown())
    return done.as_json()


def _show(dataset: str, markdown: str) -> None:
    create_markdown_artifact(
        key=f"{dataset}-decision",
        markdown=french_spacing(markdown),
        description="Ce qui a été décidé.",
    )

"""The licence of a dataset follows from the licences of its sources.

A share-alike licence (ODbL, OpenStreetMap) obliges the whole database made with it; a
dataset therefore leaves such sources out unless its steward writes ``share_alike = true``.
Otherwise the Licence Ouverte 2.0 covers everything: it asks for attribution, as the other
accepted licences do at most.
"""

from collections.abc import Iterable
from functools import cache

from opendata.errors import CatalogError
from opendata.language import Text
from opendata.model import Licence, Source
from opendata.schema import vocabulary

DEFAULT = "etalab-2.0"


@cache
def licences() -> dict[str, Licence]:
    """The known licences by identifier."""
    return {
        term.value: Licence(term.value, term.label, term.extra["url"], term.extra["kind"])
        for term in vocabulary("licences")
    }


def is_share_alike(source: Source) -> bool:
    """Whether the source's licence obliges every database made with it."""
    return licences()[source.licence].kind == "share-alike"


def dataset_licence(sources: Iterable[Source]) -> tuple[Licence, Text]:
    """The licence of a dataset made of these sources, and the sentence that explains it.

    Raises CatalogError when two of them oblige to different licences: no licence satisfies both.
    """
    obliging = [source for source in sources if is_share_alike(source)]
    if obliging:
        first = obliging[0]
        licence = licences()[first.licence]
        _refuse_another(first, obliging)
        named = ", ".join(source.id for source in obliging)
        return licence, Text(
            f"{'Les sources' if obliging[1:] else 'La source'} {named} "
            f"{'sont' if obliging[1:] else 'est'} sous {licence.title.fr}, qui s'étend à toute "
            "base qui en contient une partie.",
            f"The source{'s' if obliging[1:] else ''} {named} {'are' if obliging[1:] else 'is'} "
            f"under {licence.title.en}, which extends to any database that contains part of it.",
        )
    return licences()[DEFAULT], Text(
        "Toutes les sources publiées n'exigent que la mention de leur auteur : la Licence "
        "Ouverte 2.0 s'applique à l'ensemble.",
        "All published sources ask for attribution only: the Open Licence 2.0 covers the whole.",
    )


def _refuse_another(first: Source, obliging: Iterable[Source]) -> None:
    for other in obliging:
        if other.licence != first.licence:
            raise CatalogError(
                "licences_incompatibles",
                fr=f"La source {first.id} oblige à publier sous {first.licence} et la source "
                f"{other.id} sous {other.licence} : aucune licence ne satisfait les deux, retirez "
                "l'une de ces sources du jeu de données.",
                en=f"The source {first.id} obliges to publish under {first.licence} and the "
                f"source {other.id} under {other.licence}: no licence satisfies both, take one of "
                "these sources off the dataset.",
            )

"""The licence of a dataset follows from the licences of its sources.

A share-alike licence (ODbL, OpenStreetMap) obliges the whole database made with it; a
dataset therefore leaves such sources out unless its steward writes ``share_alike = true``.
Otherwise the Licence Ouverte 2.0 covers everything: it asks for attribution, as the other
accepted licences do at most.
"""

from collections.abc import Iterable
from functools import cache

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
    """The licence of a dataset made of these sources, and the sentence that explains it."""
    obliging = [source for source in sources if is_share_alike(source)]
    if obliging:
        licence = licences()[obliging[0].licence]
        return licence, Text(
            f"La source {obliging[0].id} est sous {licence.title.fr}, qui s'étend à toute base "
            "qui la contient.",
            f"The source {obliging[0].id} is under {licence.title.en}, which extends to any "
            "database that contains it.",
        )
    return licences()[DEFAULT], Text(
        "Toutes les sources publiées n'exigent que la mention de leur auteur : la Licence "
        "Ouverte 2.0 s'applique à l'ensemble.",
        "All published sources ask for attribution only: the Open Licence 2.0 covers the whole.",
    )

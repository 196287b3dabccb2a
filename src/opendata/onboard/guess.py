"""Which published field each column of a profiled file fills.

A field is given a column when the header speaks of it and the values confirm it, or when
the values alone leave no doubt. What is only likely becomes a candidate, which a person
reads as a comment. A column fills one field; columns of words may serve several closed
lists (:mod:`opendata.onboard.closed_lists`).
"""

from opendata.onboard.clues import CLUES
from opendata.onboard.decisions import (
    address,
    by_clue,
    hours,
    identifier,
    name,
    points,
    prose,
    update_date,
)
from opendata.onboard.profile import Profile
from opendata.onboard.proposal import Guess


def guess(profile: Profile) -> Guess:
    """The mapping of everything but closed lists, which ``closed_lists.add`` completes.

    The order matters: kinds that nothing else looks like go first, and each leaves fewer
    columns to those that follow; prose takes what is left.
    """
    found = Guess(profile)
    points.decide(found)
    hours.decide(found)
    _by_clue(found, "courriels", "telephone", "pivot", "prise_rdv", "fiche_acces_libre", "site_web")
    update_date.decide(found)
    _by_clue(found, "code_insee", "code_postal", "commune", "code_departement")
    address.decide(found)
    name.decide(found)
    _by_clue(found, "structure_parente", "source", "complement_adresse")
    identifier.decide(found)
    prose.decide(found)
    return found


def _by_clue(found: Guess, *fields: str) -> None:
    for field in fields:
        by_clue.decide(found, CLUES[field])

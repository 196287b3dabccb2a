"""A second opinion on addresses, from the State's geocoder or from an addok of one's own.

Both speak the same CSV: one POST carries thousands of addresses, and every line of the answer
is found again by a number of ours, never by its place. A point is taken over only when its
score is high enough and it lies in the commune we had found; our commune never changes. An
absent or a raving service costs no run: what it did not say is told in one sentence.

Nothing here writes an address to a log or into a sentence.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from opendata.errors import UsageError
from opendata.fetch.address import public_url
from opendata.geocode.service.answers import NOT_FOUND, SameCommune, judged
from opendata.geocode.service.batches import MAX_ROWS, Questions, questions
from opendata.language import Text

if TYPE_CHECKING:
    import requests

__all__ = ["Answers", "Service", "second_opinion"]


@dataclass(frozen=True, slots=True)
class Service:
    """A geocoder to ask, and how gently.

    ``url`` is the full address of ``/search/csv``. ``min_score`` is on the service's own scale
    (0 to 1), which is not ours: the two are never compared. ``filters`` sends the commune's
    code as a filter; addok 1.3.2 with addok-csv 1.1.0 answers 500 to any filter, so it is False
    there and the commune is only checked on our side. Raises UsageError for a setting out of
    range.
    """

    name: Literal["geoplateforme", "addok"]
    url: str
    min_score: float = 0.7
    filters: bool = True
    batch_rows: int = 5_000
    per_second: float = 50.0
    timeout_s: float = 60.0

    def __post_init__(self) -> None:
        _check("min_score", self.min_score, 0 <= self.min_score <= 1, "0 … 1")
        _check("batch_rows", self.batch_rows, 1 <= self.batch_rows <= MAX_ROWS, f"1 … {MAX_ROWS}")
        _check("per_second", self.per_second, 0 < self.per_second < np.inf, "> 0")
        _check("timeout_s", self.timeout_s, 0 < self.timeout_s < np.inf, "> 0")


class Answers(NamedTuple):
    """What became of every query; each is in exactly one of the first three.

    ``found``: one row per accepted answer, with longitude and latitude (WGS 84 degrees),
    precision (numero, voie or lieu-dit), score (the service's), and the texts label, voie,
    numero, code_insee (the service's, of the same commune as ours) and ban_id. ``refused``:
    answers that cannot be taken over, and queries without an address to ask, with reason
    (introuvable, score_trop_bas, autre_commune, reponse_illisible), score (NaN for none) and
    label. ``unanswered``: queries the service never told anything of; they must not be cached.
    ``problem`` says why there are any, and is None when there are none.
    """

    found: pd.DataFrame
    refused: pd.DataFrame
    unanswered: pd.Index
    problem: Text | None


def second_opinion(
    queries: pd.DataFrame,
    service: Service,
    same_commune: SameCommune,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    session: "requests.Session | None" = None,
) -> Answers:
    """Ask ``service`` where the addresses of ``queries`` are.

    ``queries`` has the text columns adresse, commune, code_postal and code_insee (ours,
    resolved) and a unique index. ``same_commune(ours, theirs)`` says per row whether two INSEE
    codes are one commune (arrondissements, former communes). ``sleep`` receives waits in
    seconds, ``clock`` gives seconds. Raises nothing for what the server or the network does.
    """
    # Here and not above: requests is not for a command that asks no service.
    from opendata.geocode.service.request import Conversation

    asked = questions(queries)
    with Conversation(service, sleep, clock, session) as conversation:
        records, reason = conversation.ask_all(asked.table)
    found, refused = judged(records, asked.table["citycode"], service.min_score, same_commune)
    return _spread(asked, found, refused, reason, service)


def _spread(
    asked: Questions,
    found: pd.DataFrame,
    refused: pd.DataFrame,
    reason: Text | None,
    service: Service,
) -> Answers:
    """The answers to distinct questions, given to every query that asked them."""
    rows = asked.rows
    nothing_asked = pd.DataFrame(
        {"reason": NOT_FOUND, "score": np.nan, "label": ""}, index=pd.Index([""], dtype="str")
    )
    refused = pd.concat([refused, nothing_asked]).astype(refused.dtypes)
    told = rows.isin(found.index) | rows.isin(refused.index)
    unanswered = rows.index[~told]
    problem = None
    if len(unanswered):
        problem = _problem(service, len(unanswered), int((rows != "").sum()), reason)
    return Answers(_of_rows(found, rows), _of_rows(refused, rows), unanswered, problem)


def _of_rows(answers: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    mine = rows[rows.isin(answers.index)]
    return answers.loc[mine.to_numpy()].set_index(mine.index)


def _problem(service: Service, missing: int, asked: int, reason: Text | None) -> Text:
    url = public_url(service.url)
    why = reason or Text("sa réponse omet des lignes", "its answer leaves lines out")
    return Text(
        f"Le géocodeur {url} n'a pas répondu pour toutes les adresses ({missing} sur {asked} "
        f"restent sans avis) : {why.fr} ; elles gardent le point trouvé sans lui et seront "
        "redemandées à la prochaine exécution.",
        f"The geocoder {url} did not answer for all addresses ({missing} of {asked} remain "
        f"without its opinion): {why.en}; they keep the point found without it and will be "
        "asked again by the next run.",
    )


def _check(name: str, value: float, good: bool, allowed: str) -> None:
    if not good:
        raise UsageError(
            "geocodeur_mal_regle",
            fr=f"Le réglage « {name} » du géocodeur vaut {value:g} ; valeurs admises : {allowed}.",
            en=f"The geocoder's setting “{name}” is {value:g}; allowed: {allowed}.",
        )

"""The street and the number of each row, with the communes it may be in already known."""

from typing import NamedTuple

import pandas as pd

from opendata.geocode.ban.choose import Query
from opendata.geocode.ban.families import Families
from opendata.geocode.ban.match import ENOUGH, Answer, Found, OpenIndex, match
from opendata.geocode.ban.parse import readings
from opendata.geocode.gazetteer import CommuneReference
from opendata.geocode.names import stated_name
from opendata.schema import SEPARATOR

#: Trust in a commune that is one of several, or only one that the postcode delivers to.
UNTOLD = 0.4

#: What an address is asked by: rows that agree on these get one answer.
ASKED = ("adresse", "code_postal", "commune", "codes", "trust")


class Located(NamedTuple):
    """One line of what is found; ``score`` 0 and empty texts where nothing is.

    ``code_insee`` is the commune of today. ``reach_m`` says how far from the point of a street
    its addresses are (metres).
    """

    score: float = 0.0
    precision: str = ""
    longitude: float = float("nan")
    latitude: float = float("nan")
    code_insee: str = ""
    voie: str = ""
    numero: str = ""
    label: str = ""
    ban_id: str = ""
    reach_m: float = float("nan")


def asked_of(stated: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """The question of each row: its address, and the communes it may be in.

    ``stated`` has the text columns adresse, code_postal and commune, ``communes`` is what
    ``resolve`` made of them. Returns the columns :data:`ASKED`.
    """
    retained = communes["code_insee"] != ""
    return stated[["adresse", "code_postal", "commune"]].assign(
        codes=communes["code_insee"].mask(~retained, communes["between"]),
        trust=communes["score"].where(retained, UNTOLD),
    )


def find_addresses(
    asked: pd.DataFrame, reference: CommuneReference, open_index: OpenIndex
) -> pd.DataFrame:
    """What the BAN knows of each row, on the index of ``asked``.

    ``asked`` has the columns :data:`ASKED`: text, ``codes`` being the communes of today the row
    may be in, joined by "|", and ``trust`` the probability (0 to 1) that one of them is right.
    Returns the columns of :class:`Located`.
    """
    groups = asked.groupby(list(ASKED), sort=False).ngroup().to_numpy()
    distinct = asked.loc[~pd.Series(groups).duplicated().to_numpy(), list(ASKED)]
    found = match(queries_of(distinct), Families(reference), open_index)
    lines = [_located(one.answer, reference) if one else Located() for one in found]
    table = pd.DataFrame(lines, columns=list(Located._fields))
    return table.take(groups).set_axis(asked.index)


def queries_of(asked: pd.DataFrame) -> list[Query]:
    """The rows of ``asked`` as the matcher takes them."""
    columns = (asked[name].tolist() for name in ASKED)
    return [
        Query(
            readings=readings(address, postcode),
            postcode=postcode,
            town=stated_name(commune).key if commune else "",
            codes=tuple(filter(None, codes.split(SEPARATOR))),
            trust=trust,
        )
        for address, postcode, commune, codes, trust in zip(*columns, strict=True)
    ]


def explain_address(
    asked: pd.DataFrame,
    reference: CommuneReference,
    open_index: OpenIndex,
    enough: float = ENOUGH,
) -> list[tuple[Query, Found | None]]:
    """What the matcher saw of each row, for ``opendata why`` and for the fit of its score."""
    queries = queries_of(asked)
    found = match(queries, Families(reference), open_index, enough, explain=True)
    return list(zip(queries, found, strict=True))


def _located(answer: Answer | None, reference: CommuneReference) -> Located:
    if answer is None:
        return Located()
    where = f"{answer.postcode} {answer.town}".strip()
    return Located(
        score=answer.score,
        precision=answer.precision,
        longitude=answer.longitude,
        latitude=answer.latitude,
        code_insee=reference.today.get(answer.code_insee, answer.code_insee),
        voie=answer.voie,
        numero=answer.numero,
        label=f"{answer.numero} {answer.voie} {where}".strip(),
        ban_id=answer.ban_id,
        reach_m=answer.reach_m,
    )

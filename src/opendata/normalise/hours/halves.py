"""The several cells of one day (morning, afternoon) as the one text a day's line holds."""

import re
from collections.abc import Sequence

#: A half day that says it is closed, and the words a plain list of times is made of.
_CLOSED = re.compile(r"\W*[Ff][Ee][Rr][Mm](?:é|e|É|E)[EeSs]*\W*")
_PLAIN_HOURS = re.compile(r"[0-9]+ ?h(?:eures?)?[0-9]*|\b(?:de|et|du|au|puis|midi|minuit)\b", re.I)
_REMARK = re.compile(r"[^\W\d_]{2,}")
_BETWEEN = " / "
#: No reader of hours knows this sign: what stands around it is refused, and said.
_REFUSED = " ¦ "


def one_day(cells: Sequence[str]) -> str:
    """The filled cells of a day together; a closed half leaves the open one.

    A remark in one of several open cells speaks of that cell alone, which the reader of hours
    cannot tell: such a day is marked to be refused.
    """
    told = [cell for cell in cells if not _CLOSED.fullmatch(cell)]
    if not told:
        return "fermé" if cells else ""
    remark = len(told) > 1 and any(_REMARK.search(_PLAIN_HOURS.sub(" ", cell)) for cell in told)
    return (_REFUSED if remark else _BETWEEN).join(told)

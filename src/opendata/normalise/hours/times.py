"""Times of opening out of the tokens of a text."""

import re
from collections.abc import Sequence
from itertools import pairwise

from opendata.normalise.hours.schedule import MIDNIGHT, Slot, plausible
from opendata.normalise.hours.words import Token

#: "9h-12h et de 14h à 17h30", "9h/12h - 14h/18h", "13:00 17:00", two times by two.
_RUN = re.compile(r"[df]*[TBZ](?:[-a/,;.:edJ]{0,4}(?:(?<=[e/,a-])n)?d?[TBZ])+")
#: "à partir de 14h": it is not said until when.
_OPEN_END = re.compile(r"[df]*Id?T")


def read_times(
    tokens: Sequence[Token], kinds: str, position: int, bare: bool
) -> tuple[tuple[Slot, ...], int] | None:
    """The slots that begin at ``position`` and the position after them.

    None where no time stands, or where the times make no sense. ``bare`` says that two
    numbers can be a period ("9-12"): they can in the cell of a day.
    """
    if kinds.startswith("A", position):
        return (Slot(0, MIDNIGHT),), position + 1
    if opening := _OPEN_END.match(kinds, position):
        return (Slot(tokens[opening.end() - 1].number, None),), opening.end()
    run = _RUN.match(kinds, position)
    if run is None:
        return None
    places = [place for place in range(*run.span()) if kinds[place] in "TBZ"]
    slots = _pairs(tokens, kinds, places, bare)
    return (slots, run.end()) if slots else None


def _pairs(
    tokens: Sequence[Token], kinds: str, places: Sequence[int], bare: bool
) -> tuple[Slot, ...] | None:
    """The times two by two, None when one is left over or a pair is not a period."""
    if len(places) % 2:
        return None
    pairs = list(zip(places[::2], places[1::2], strict=True))
    links = [
        kinds[first + 1 : second].replace("d", "").replace("J", "a") for first, second in pairs
    ]
    # "9h, 12h" may be two appointments; beside a plain period it is another one.
    if any(link not in ("", "-", "a", "/", ",") for link in links) or (
        "," in links and not set(links) & {"-", "a", "/"}
    ):
        return None
    slots = []
    for (first, second), link in zip(pairs, links, strict=True):
        shape = kinds[first] + kinds[second]
        # "14 18h" is a period in the cell of a day; elsewhere it may be 14:18.
        known = shape in ("TT", "TB", "BT", "TZ") or (bare and shape == "BB")
        if not known or ("B" in shape and not link and not (bare and shape == "BT")):
            return None
        slot = _slot(tokens[first].number, tokens[second].number)
        if slot is None:
            return None
        slots.append(slot)
    # Prose goes through the day; times that go back speak of something else.
    if not bare and any((one.end or 0) > (two.start or 0) for one, two in pairwise(slots)):
        return None
    # Only the last may go on after midnight.
    nights = [slot for slot in slots[:-1] if slot.end is not None and slot.end > MIDNIGHT]
    return None if nights else tuple(slots)


def _slot(start: int, end: int) -> Slot | None:
    start = 0 if start == MIDNIGHT else start
    end = MIDNIGHT if end == 0 and start else end
    if not plausible(start, end):
        return None
    return Slot(start, end if end > start else end + MIDNIGHT)

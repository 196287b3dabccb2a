"""What is said of times that are already read: comments, halves of the day."""

from collections.abc import Iterable

from opendata.normalise.hours.days import require
from opendata.normalise.hours.schedule import MIDNIGHT, Slot

NOON = 12 * 60
#: A morning lasts until then at most.
MORNING_ENDS = 14 * 60
HALF_NAMES = {"m": "matin", "p": "après-midi", "s": "soir"}
_HALVES = {"m": (0, MORNING_ENDS), "p": (NOON, 2 * MIDNIGHT), "s": (16 * 60, 2 * MIDNIGHT)}


def joined(*notes: str) -> str:
    """Comments one after the other, each once."""
    return ", ".join(dict.fromkeys(filter(None, notes)))


def with_note(slots: Iterable[Slot], note: str, sure: bool = True) -> tuple[Slot, ...]:
    """``slots`` with one more comment; not ``sure`` when it says that they hold at times."""
    return tuple(
        slot._replace(note=joined(slot.note, note), sure=slot.sure and sure) for slot in slots
    )


def fits(slots: Iterable[Slot], half: str) -> bool:
    """Whether all the times lie in the half of the day that is named beside them."""
    earliest, latest = _HALVES[half]
    return all(
        slot.start is not None and earliest <= slot.start and (slot.end or earliest) <= latest
        for slot in slots
    )


def touches(slots: Iterable[Slot], half: str) -> bool:
    """Whether a place that is said closed in the morning (``m``) or later is open then."""
    if half == "m":
        return any(slot.start is None or slot.start < NOON for slot in slots)
    return any(slot.end is None or slot.end > MORNING_ENDS for slot in slots)


def without_half(slots: tuple[Slot, ...], half: str) -> tuple[Slot, ...]:
    """The times of the other half of the day; one that lies in both cannot be cut."""
    kept = tuple(slot for slot in slots if not touches((slot,), half))
    gone = [slot for slot in slots if slot not in kept]
    require(half in "mp" and gone and fits(gone, half))
    return kept

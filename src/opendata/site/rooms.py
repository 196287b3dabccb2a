"""Where names and numbers are written on a small map, so that they do not run into each other."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from opendata.language import Text
from opendata.site.sketch import WIDTH, Label

#: Half the room a number takes, for each digit; the height of a line of text.
_DIGIT, _TALL = 4.6, 13.0
#: The width of a letter on a telephone, where the map is smaller and its letters are not.
_LETTER = 7.6
_NAMES = 9
#: How far from its point a text stands; how closely a line is felt along its way.
_APART, _STEP = 9.0, 5.0

Point = tuple[float, float]


class Room(NamedTuple):
    """A rectangle that something is drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Room") -> bool:
        """Whether two rooms overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Rooms:
    """The rooms of one map that are taken, by ``drawn`` lines and by what is written."""

    def __init__(self, height: float, drawn: Iterable[tuple[Point, Point]]) -> None:
        self._inside = Room(2, 2, WIDTH - 2, height - 2)
        self._drawn = [room for start, end in drawn for room in _along(start, end)]
        # The scale stands in the lower left corner.
        self._written = [Room(0, height - 30, WIDTH / 3, height)]

    def take(self, choices: Sequence[Room], *, over_lines: bool = False) -> Room | None:
        """The first of the rooms that is free, taken from now on."""
        for room in choices:
            if self._is_free(room, over_lines):
                self._written.append(room)
                return room
        return None

    def _is_free(self, room: Room, over_lines: bool) -> bool:
        inside = self._inside
        if room.left < inside.left or room.right > inside.right:
            return False
        if room.top < inside.top or room.bottom > inside.bottom:
            return False
        taken = self._written if over_lines else [*self._written, *self._drawn]
        return not any(room.meets(other) for other in taken)


def _along(start: Point, end: Point) -> Iterable[Room]:
    steps = max(1, math.ceil(math.dist(start, end) / _STEP))
    for step in range(steps + 1):
        x, y = (start[axis] + step / steps * (end[axis] - start[axis]) for axis in (0, 1))
        yield Room(x - 2, y - 2, x + 2, y + 2)


def number_room(number: int, x: float, y: float) -> Room:
    """The room of a number written around a point."""
    half = _DIGIT * len(str(number)) + 1
    return Room(x - half, y - _TALL / 2, x + half, y + _TALL / 2)


def write_names(rooms: Rooms, points: Sequence[tuple[str, Point]]) -> tuple[Label, ...]:
    """The names with most points, each beside the middle of its points, where there is room."""
    by_name: defaultdict[str, list[Point]] = defaultdict(list)
    for name, point in points:
        if name:
            by_name[name].append(point)
    labels: list[Label] = []
    for name, own in sorted(by_name.items(), key=lambda item: (-len(item[1]), item[0])):
        x, y = (statistics.median(point[axis] for point in own) for axis in (0, 1))
        width = len(name) * _LETTER
        right, left, middle = x + _APART, x - _APART, x - width / 2
        choices = {
            Room(edge, b - _TALL / 2, edge + width, b + _TALL / 2): (spot, anchor)
            for b in (y, y - 9, y + 9)
            for edge, spot, anchor in ((right, right, "start"), (left - width, left, "end"))
        }
        choices |= {
            Room(middle, b - _TALL / 2, middle + width, b + _TALL / 2): (x, "middle")
            for b in (y - 14, y + 14)
        }
        room = rooms.take(list(choices)) if len(labels) < _NAMES else None
        if room:
            spot, anchor = choices[room]
            text = Text(name, name)
            labels.append(Label(round(spot, 1), round(room.bottom - 3, 1), text, anchor))
    return tuple(labels)

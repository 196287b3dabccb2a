"""What a push has done and has left to do, so that it can be told when it stops half-way."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from opendata.language import Text
from opendata.portals.compare import Remote
from opendata.portals.words import Label

_Result = TypeVar("_Result")


class Journal:
    """The steps of one push, in order.

    ``tell`` hears of each step once it is done; ``made`` is called with a dataset as soon as the
    portal has it, so that its id is kept whatever happens next.
    """

    def __init__(self, tell: Callable[[Text], None], made: Callable[[Remote], None]) -> None:
        self.done: list[Label] = []
        self.left: list[Label] = []
        self.made = made
        self._tell = tell

    def plan(self, labels: Iterable[Label]) -> None:
        """Say beforehand what is going to be done."""
        self.left = list(labels)

    def do(self, label: Label, act: Callable[[], _Result]) -> _Result:
        """Do one step; it stays among those left when it fails."""
        result = act()
        self.left.remove(label)
        self.done.append(label)
        self._tell(label.text)
        return result

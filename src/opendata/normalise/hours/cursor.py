"""A place in the tokens of a text, and the small pieces that can be read there."""

import re

from opendata.normalise.hours.compose import TERM
from opendata.normalise.hours.days import (
    DAYS_SHAPE,
    PERIOD_SHAPE,
    WEEKS,
    Days,
    NotUnderstood,
    read_dates,
    read_days,
    read_months,
    require,
)
from opendata.normalise.hours.schedule import Slot
from opendata.normalise.hours.slots import joined
from opendata.normalise.hours.times import read_times
from opendata.normalise.hours.words import Token, shown

_NOTE = r"[RqF](?:[deaf/,-]*[RqF])*"
#: "(17h pendant les vacances scolaires)": the hours are those of the term, and this is told.
_OTHER_END_IN_HOLIDAYS = re.compile("[df]*J?d?T[df]*V[df]*")
#: Signs that do not end a statement, and those that do.
SOFT = r"[-,:/edfn]*"
STOPS = frozenset(";n.")


class Cursor:
    """The tokens of one text and how far they are read.

    ``rank`` is the day in whose column the text stands, None for the text of a week.
    """

    def __init__(self, text: str, tokens: tuple[Token, ...], rank: int | None) -> None:
        self.text = text
        self.tokens = tokens
        self.rank = rank
        self.kinds = "".join(token.kind for token in tokens)
        self.position = 0

    def at(self, shape: str) -> re.Match[str] | None:
        """What ``shape`` matches here, without going on."""
        return re.compile(shape).match(self.kinds, self.position)

    def skip(self, shape: str) -> str:
        """Go over what ``shape`` matches here, if anything."""
        found = self.at(shape)
        if found is None:
            return ""
        self.position = found.end()
        return found[0]

    @property
    def kind(self) -> str:
        """The kind of the next token, "" at the end."""
        return self.kinds[self.position : self.position + 1]

    # --- times and days ---------------------------------------------------------------

    def times_ahead(self) -> bool:
        """Whether times begin here."""
        return bool(self.at(r"[df]*I?d?[TBZA]"))

    def times(self) -> tuple[Slot, ...]:
        """The times that stand here."""
        found = read_times(self.tokens, self.kinds, self.position, self.rank is not None)
        if found is None:
            raise NotUnderstood
        slots, self.position = found
        return slots

    def days(self) -> Days | None:
        """The days that stand here, None when none do."""
        found = self.at(DAYS_SHAPE)
        if found is None:
            return None
        self.position = found.end()
        return read_days(self.tokens, self.kinds, *found.span())

    def named_days(self) -> Days:
        """The days that have to stand here, none of them vague."""
        found = self.days()
        if found is None or found.between or not found.sure:
            raise NotUnderstood
        return found

    def half(self) -> str | None:
        """The half of the day that is named here: m, p or s."""
        if not self.skip("[df]*H"):
            return None
        return self.tokens[self.position - 1].text

    def period_ahead(self) -> bool:
        """Whether a part of the year is named here."""
        return bool(self.at(PERIOD_SHAPE))

    def selector(self) -> str:
        """The part of the year that is named here, as OSM writes it."""
        found = self.at(PERIOD_SHAPE)
        if found is None:
            raise NotUnderstood
        part = self.tokens[found.start() : found.end()]
        self.position = found.end()
        if found["dates"]:
            return read_dates(part)
        if "M" in found[0]:
            return read_months(part, found[0])
        token = next(token for token in part if token.kind in "VKNYW")
        if token.kind == "W":
            return WEEKS[token.number]
        return {"V": "SH", "K": TERM, "N": TERM, "Y": ""}[token.kind]

    def closed_part(self) -> str:
        """The part of the year, named here, in which a place can be closed."""
        selector = self.selector()
        require(selector not in ("", TERM) and not selector.startswith("week "))
        return selector

    # --- comments -----------------------------------------------------------------------

    def comment(self) -> tuple[str, bool]:
        """The comment that stands here, and whether what it is about always holds."""
        found = self.at(_NOTE)
        if found is None:
            raise NotUnderstood
        words = self.tokens[self.position : found.end()]
        self.position = found.end()
        sure = "F" not in found[0]
        if len(words) == 1 and words[0].text:
            # "sur RDV uniquement" and "avec rendez-vous" are one comment, spelled one way.
            return words[0].text, sure
        if "f" not in found[0]:
            return self.shown(words), sure
        # "la médiathèque est accessible sur rendez-vous": the words around say nothing.
        parts: list[list[Token]] = [[]]
        for token in words:
            if token.kind == "f":
                parts.append([])
            elif token.kind in "RqF" or parts[-1]:
                parts[-1].append(token)
        return joined(*(self._part(part) for part in parts)), sure

    def _part(self, part: list[Token]) -> str:
        while part and part[-1].kind not in "RqF":
            part = part[:-1]
        if len(part) == 1 and part[0].text:
            return part[0].text
        return self.shown(part) if part else ""

    def shown(self, words: list[Token] | tuple[Token, ...]) -> str:
        """The text of some tokens, with its accents."""
        return shown(self.text[words[0].begin : words[-1].end]).strip(" /")

    def introduces(self) -> bool:
        """Whether the comment that ends here stands before days of its own."""
        return bool(self.at(r"[df]*(?::|[-,]?[df]*[DEO])"))

    def noted_parenthesis(self) -> tuple[str, bool] | None:
        """The comment of the parenthesis that opens here, None, at the same place, if none."""
        end = self.kinds.find(")", self.position)
        end = len(self.kinds) if end < 0 else end
        inner = self.kinds[self.position + 1 : end]
        in_holidays = _OTHER_END_IN_HOLIDAYS.fullmatch(inner)
        noted = re.search("[RqFNKE]", inner) and not re.search(r"[^RqFdeafoNKVXMn,/EOu-]", inner)
        if not (noted or in_holidays):
            return None
        words = self.tokens[self.position + 1 : end]
        self.position = min(end + 1, len(self.kinds))
        note = (words[0].text if len(words) == 1 else "") or self.shown(words)
        return note, not set(inner) & set("FE")

"""The hours that a French text states, read token by token.

A text is a row of clauses: days and their times in either order, closings, exceptions, the
part of the year that what follows holds in, and comments. A clause that is not understood,
and two clauses that contradict each other, refuse the text.
"""

import re
from functools import lru_cache

from opendata.normalise.hours.body import BodyReader
from opendata.normalise.hours.compose import TERM, Clause, Reading
from opendata.normalise.hours.cursor import STOPS
from opendata.normalise.hours.days import DAY, WEEKS, Days, NotUnderstood, read_days, require
from opendata.normalise.hours.lexicon import CODES, DAYS, HOLIDAY
from opendata.normalise.hours.schedule import MIDNIGHT, Day, Slot
from opendata.normalise.hours.slots import fits, with_note, without_half
from opendata.normalise.hours.times import read_times
from opendata.normalise.hours.words import Token, plain, tokens

_SIGNS = r"[-,;:./nedfo]*"
_LISTED = r"(?P<days>D(?:[,e/]+d*D)*)"
_END_OF_DAYS = re.compile(
    rf"[df]*(?:{_LISTED}[,:]?[df]*J?d?T|J?d?T[df]*{_LISTED.replace('days', 'later')})"
)
_PART_OF_THE_YEAR = re.compile(r"[df]*(?:N|X[df]*(?:V|M(?:[-ae,]*d*M)*))f*")


@lru_cache(maxsize=50_000)
def read(text: str, rank: int | None = None) -> Reading | None:
    """What ``text`` says of the week, or of the day ``rank`` in whose column it stands.

    None unless every word of it is understood.
    """
    plain_text = plain(text)
    found = tokens(plain_text)
    if not found:
        return None
    try:
        return _Reader(plain_text, found, rank).read()
    except NotUnderstood:
        return None


class _Reader(BodyReader):
    def __init__(self, text: str, found: tuple[Token, ...], rank: int | None) -> None:
        super().__init__(text, found, rank)
        if rank is not None and not self.at(r"[-df.:,/;Rq]*[DEO]"):
            self.tokens = (Token("D", days=(rank,)), *self.tokens)
            self.kinds = "D" + self.kinds
        self.reading = Reading()
        self.part = ""
        self.label = ""
        self.label_once = False
        #: Whether times stand before their days, once it is known.
        self.hours_first: bool | None = None
        self.vague: list[tuple[Clause, tuple[int, ...]]] = []

    def read(self) -> Reading:
        while True:
            signs = self.skip(_SIGNS)
            if not self.kind:
                break
            # "lundi 9h-12h ou mardi 9h-12h" does not say which.
            require("o" not in signs or self.kind == "R")
            self._clause(signs)
        self._settle_vague()
        if self.rank is not None:
            ranks = {day.rank for clause in self.reading.clauses for day in clause.week}
            require(ranks <= {self.rank})
        return self.reading

    def _clause(self, signs: str) -> None:
        if self.kind in "Rq":
            self._note(signs)
        elif self.kind == "G":
            self.reading.notes.append(self.tokens[self.position].text)
            self.position += 1
        elif self.kind == "C":
            self._closing()
        elif self.kind == "X" or (self.kind == "N" and not self._opens_a_part()):
            self._exception(signs)
        elif self.kind == "(":
            require(self.reading.clauses)
            self._parenthesis_of(self.reading.clauses[-1])
        elif self.period_ahead():
            self._period(signs)
        elif (found := self.days()) is not None:
            self._days_first(found, signs)
        else:
            self._hours_first(signs)

    def _opens_a_part(self) -> bool:
        """Whether "hors vacances scolaires" speaks of what follows it."""
        return not self.reading.clauses or bool(self.at("N[:n]|N[df]*[DO]"))

    # --- days and times -----------------------------------------------------------------

    def _days_first(self, found: Days, signs: str) -> None:
        require(self.hours_first is not True)
        self.hours_first = False
        if self.at(r"[,:df]*Jd?T(?![-a/]*[TBZ])"):
            # "mardi au samedi : 12h-18h, le jeudi jusqu'à 20h"
            self.skip("[,:]*")
            self._other_ends(found)
            return
        clause = Clause(dict.fromkeys(found.days, ()), self.part, signs)
        half = self.half()
        if self.skip(r"[,d]*(?=X[df]*D)"):
            require(half is None)
        if self.kind == "X":
            self._exception_of(clause)
        slots = self.body(clause, found, half)
        clause.week = dict.fromkeys(clause.week, slots)
        self._keep(clause, found)

    def _hours_first(self, signs: str) -> None:
        """ "9h-19h du lundi au samedi", "10h-18h (mardi, jeudi)"."""
        require(self.hours_first is not False)
        slots = self.times()
        note, sure = self._suffix()
        # "24h/24 et 7j/7", "9h-19h : mardi et jeudi"
        self.skip(r"[,:efdn/-]*" if slots[0].end == MIDNIGHT else r"[,:fdn-]*")
        inside = bool(self.skip(r"\("))
        found = self.days()
        if found is None:
            raise NotUnderstood
        if inside:
            require(self.skip(r"[.f]*\)"))
        self.hours_first = True
        half = self.half()
        require(half is None or fits(slots, half))
        clause = Clause(dict.fromkeys(found.days, ()), self.part, signs)
        if self.kind == "X":
            self._exception_of(clause)
        require(self.kind != ":")
        if not note:
            note, sure = self._suffix()
        slots = with_note(slots, found.note, found.sure)
        slots = with_note(slots, note or self.label, sure)
        clause.week = dict.fromkeys(clause.week, slots)
        self._keep(clause, found)

    def _suffix(self) -> tuple[str, bool]:
        """The comment that follows at once, on the same line."""
        before = self.position
        if not self.at(r"[-,:df]*[RqF]"):
            return "", True
        self.skip(r"[-,:df]*")
        note = self.comment()
        if self.introduces():
            self.position = before
            return "", True
        return note

    def _keep(self, clause: Clause, found: Days) -> None:
        if found.between:
            self.vague.append((clause, found.between))
        self.reading.clauses.append(clause)
        if self.label_once:
            self.label, self.label_once = "", False
        while self.kind == "(":
            self._parenthesis_of(clause)

    def _settle_vague(self) -> None:
        """ "lundi vendredi" is a list when a day between them is spoken of elsewhere."""
        for clause, between in self.vague:
            others = (other for other in self.reading.clauses if other is not clause)
            require({day.rank for other in others for day in other.week}.intersection(between))

    # --- comments -----------------------------------------------------------------------

    def _note(self, signs: str) -> None:
        """A comment between clauses: of what follows it, or of all that stands before it."""
        appointment, start = self.kind == "R", self.position
        note, sure = self.comment()
        appointed = "R" in self.kinds[start : self.position]
        require(sure)
        after = self.skip(_SIGNS)
        clauses = self.reading.clauses
        if self.kind:
            # After a clause, a comment between two stops could belong to either side.
            require(not (clauses and appointment and signs and set(after) & {*STOPS, ","}))
            # "Bibliothèque : sur rendez-vous", after the hours of the museum.
            require(not (clauses and self.kind == "R"))
            self.label = note
            # "…, atelier mardi 14h-16h" is said of that day; "Jeunesse :" opens a section.
            self.label_once = bool(clauses) and not set(signs + after) & {"n", ";", ".", ":"}
            return
        require(not (clauses and ":" in signs))
        besides = appointment and set(signs) & set("eo")
        if not clauses:
            require(appointed)
            self.reading.otherwise = note
        elif besides and self.rank is None:
            self.reading.otherwise = note
        else:
            # In the cell of a day, what is offered besides is said of that day alone.
            self.reading.notes.append(f"et {note}" if besides else note)

    # --- closings and exceptions --------------------------------------------------------

    def _closing(self) -> None:
        """ "fermé le lundi", "fermé les jours fériés", "fermé en août"."""
        self.position += 1
        self.skip(r"[df:]*")
        if self.period_ahead():
            self._close_part()
        elif self.part and self.part != TERM and (not self.kind or self.kind in STOPS):
            # "Vacances scolaires : fermé"
            self.reading.closings.append(f"{self.part} off")
        else:
            self._take_away(self.named_days(), self.half())

    def _close_part(self) -> None:
        part = self.closed_part()
        # In the cell of a day it is said of that day. School holidays stay a comment there:
        # not every reader of OSM takes "SH Mo" for the Mondays of the holidays.
        if self.rank is None:
            self.reading.closings.append(f"{part} off")
        elif part == "SH":
            self.reading.notes.append("hors vacances scolaires")
        else:
            self.reading.closings.append(f"{part} {CODES[self.rank]} off")

    def _exception(self, signs: str) -> None:
        """ "…, sauf le mercredi", "…, hors vacances scolaires", after the hours."""
        clauses = self.reading.clauses
        require(clauses)
        if self.at(r"N|X[df]*[VKMYBW]"):
            # "samedi 9h-12h, dimanche 14h-18h, sauf en août": both days or the last one?
            require(len(clauses) == 1 or set(signs) & STOPS)
        if self.kind == "N":
            self.position += 1
            if self.rank is None:
                self.reading.closings.append("SH off")
            else:
                self.reading.notes.append("hors vacances scolaires")
            return
        self.skip("X[df]*")
        if self.period_ahead():
            self._close_part()
            return
        found = self.named_days()
        half = self.half()
        before = self.position
        self.skip("[,:d]*")
        if self.times_ahead() and half is None:
            self._other_times(found)
        else:
            self.position = before
            self._take_away(found, half)

    def _exception_of(self, clause: Clause) -> None:
        """ "tous les jours sauf lundi", before the hours."""
        self.position += 1
        found = self.named_days()
        require(self.half() is None)
        for day in found.days:
            if day.rank == HOLIDAY:
                self.reading.closings.append("PH off")
            else:
                require(day in clause.week)
                del clause.week[day]

    def _take_away(self, found: Days, half: str | None) -> None:
        """Close days, or one half of a day, that the clauses before opened."""
        # "fermé lundi et mardi matin" may speak of one morning or of two.
        require(not (half and len(found.days) > 1))
        for day in found.days:
            if day.rank == HOLIDAY or day.nth:
                require(half is None)
                nth = f"[{','.join(map(str, day.nth))}]" if day.nth else ""
                self.reading.closings.append(f"{CODES[day.rank]}{nth} off")
            else:
                self._close(day, half)

    def _close(self, day: Day, half: str | None) -> None:
        owners = [
            clause
            for clause in self.reading.clauses
            if clause.week.get(day) and clause.selector == self.part
        ]
        for clause in owners:
            clause.week[day] = () if half is None else without_half(clause.week[day], half)
        if not owners:
            require(half is None)
            self.reading.clauses.append(Clause({day: ()}, self.part))

    def _other_times(self, found: Days) -> None:
        """ "…, sauf le mercredi, de 9h à 12h", "(sauf jeudi, 18h30)"."""
        clause = self.reading.clauses[-1]
        times = read_times(self.tokens, self.kinds, self.position, False)
        if times is None:
            self._other_ends(found)
            return
        slots, self.position = times
        for day in found.days:
            before = clause.week.get(day, ())
            require(before and len({slot[2:] for slot in before}) == 1)
            clause.week[day] = with_note(slots, before[0].note, before[0].sure)

    def _other_ends(self, found: Days) -> None:
        """The last time of some days ends at another hour, which stands here."""
        end = self.at("[df]*(?P<until>J)?d?T")
        require(end and not found.between and found.sure)
        if end is None:
            raise NotUnderstood
        hour = self.tokens[end.end() - 1].number
        self.position = end.end()
        for day in found.days:
            owners = [clause for clause in self.reading.clauses if clause.week.get(day)]
            require(len(owners) == 1)
            *others, last = owners[0].week[day]
            # "13h30-17h30 (17h le vendredi)" shortens; only "jusqu'à" makes a day longer.
            start, until = last.start or 0, last.end or 0
            require(start < hour and (hour < until or (end["until"] and hour > until > 0)))
            owners[0].week[day] = (*others, Slot(last.start, hour, last.note, last.sure))

    # --- parentheses ----------------------------------------------------------------------

    def _parenthesis_of(self, clause: Clause) -> None:
        """What a parenthesis adds to the clause before it."""
        start = self.position + 1
        end = self.kinds.find(")", start)
        end = len(self.kinds) if end < 0 else end
        inner = self.kinds[start:end]
        alone = len(self.reading.clauses) == 1 and end + 1 >= len(self.kinds)
        if _PART_OF_THE_YEAR.fullmatch(inner) and not alone:
            self.position = start
            self._except_part(clause, start, end)
            self.position = end
        elif (noted := self._comment_in(inner)) is not None:
            note, sure = noted
            if not any(clause.week.values()):
                # After a closing it can only be about the whole.
                require(sure)
                self.reading.notes.append(note)
            for day, slots in clause.week.items():
                clause.week[day] = with_note(slots, note, sure)
            return
        else:
            self.position = start
            self._inside(clause, inner)
        self.skip("[.f]*")
        require(self.position >= end)
        self.position = min(end + 1, len(self.kinds))

    def _comment_in(self, inner: str) -> tuple[str, bool] | None:
        return None if inner.startswith(("X", "N")) else self.noted_parenthesis()

    def _inside(self, clause: Clause, inner: str) -> None:
        ends = _END_OF_DAYS.fullmatch(inner)
        if inner.startswith(("X", "N")):
            self._exception(";")
        elif re.fullmatch(r"[df]*C[^(]*", inner):
            self.skip("[df]*")
            self._closing()
        elif re.fullmatch(r"[df]*D[df]*H?C", inner):
            found, half = self.named_days(), self.half()
            self.position += 1
            self._take_away(found, half)
        elif re.fullmatch(r"[df]*Wf*", inner):
            self.skip("[df]*")
            clause.selector = WEEKS[self.tokens[self.position].number]
            self.position += 1
        elif "O" in inner and re.fullmatch(rf"[df]*{DAY}f*", inner):
            found = self.named_days()
            require({day.rank for day in found.days} == {day.rank for day in clause.week})
            clause.week = dict.fromkeys(found.days, next(iter(clause.week.values())))
        elif ends:
            self._ends_in_parenthesis(ends)
        else:
            raise NotUnderstood

    def _ends_in_parenthesis(self, ends: re.Match[str]) -> None:
        """ "(le vendredi 17h)", "(17h30 le mercredi)"."""
        start = self.position
        group = "days" if ends["days"] else "later"
        first, last = (start + place for place in ends.span(group))
        days = read_days(self.tokens, self.kinds, first, last)
        if group == "days":
            self.position = last
            self.skip("[,:]*")
        self._other_ends(days)
        self.position = max(self.position, start + ends.end())

    def _except_part(self, clause: Clause, start: int, end: int) -> None:
        """ "dimanche 13h-18h (sauf juillet et août)", beside other days."""
        days = sorted(clause.week)
        if "M" in self.kinds[start:end] and not any(day.nth or day.rank == HOLIDAY for day in days):
            self.skip("[df]*X")
            names = ",".join(DAYS[day.rank] for day in days)
            self.reading.closings.append(f"{self.selector()} {names} off")
            return
        note = self.shown(self.tokens[start:end])
        for day, slots in clause.week.items():
            clause.week[day] = with_note(slots, note)

    # --- the parts of the year ------------------------------------------------------------

    def _period(self, signs: str) -> None:
        """A part of the year: that of all that follows, or of the only clause before it."""
        part = self.selector()
        before = self.position
        following = self.skip(_SIGNS)
        clauses = self.reading.clauses
        if not self.kind:
            require(clauses)
            if ":" in following:
                # "… - pendant les vacances :" and nothing more: a line that was left empty.
                return
            require(len(clauses) == 1 and not clauses[0].selector and not set(signs) & STOPS)
            clauses[0].selector = part
            return
        # Between two clauses on one line it could belong to either.
        require(not clauses or ":" in following or set(signs) & {*STOPS, "/", "-"})
        self.position = before
        self.part = part

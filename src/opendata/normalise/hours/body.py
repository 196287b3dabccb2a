"""What a clause says after its days: times, halves of the day, comments, "fermé"."""

from dataclasses import dataclass, field

from opendata.normalise.hours.compose import Clause, Reading
from opendata.normalise.hours.cursor import SOFT, STOPS, Cursor
from opendata.normalise.hours.days import ORDINALS, WEEKS, Days, read_days, require
from opendata.normalise.hours.lexicon import APPOINTMENT
from opendata.normalise.hours.schedule import Slot, merged
from opendata.normalise.hours.slots import HALF_NAMES, fits, joined, touches, with_note
from opendata.normalise.hours.times import read_times


@dataclass
class _Said:
    """What is known so far: times whose comment is settled, times that wait for one."""

    clause: Clause
    prefix: str
    sure: bool
    half: str | None
    by_halves: bool
    done: list[Slot] = field(default_factory=list)
    waiting: list[Slot] = field(default_factory=list)
    #: Set when the clause is over.
    slots: tuple[Slot, ...] | None = None

    @property
    def stated(self) -> list[Slot]:
        return [*self.done, *self.waiting]

    def note(self, note: str, sure: bool) -> None:
        """A comment for the times that wait for one, else for all of them."""
        if self.waiting:
            self.done += with_note(self.waiting, note, sure)
        else:
            self.done = [*with_note(self.done, note, sure)]
        self.waiting = []


class BodyReader(Cursor):
    """Reads the part of a clause that follows its days."""

    reading: Reading
    label: str

    def body(self, clause: Clause, found: Days, half: str | None) -> tuple[Slot, ...]:
        """The times of a clause, with their comments; () when it says "fermé"."""
        said = _Said(clause, found.note, found.sure, half, half is not None)
        while said.slots is None:
            before = self.position
            signs = self.skip(r"[-,;:./nedf]*")
            if not self._next(said, signs):
                self.position = before
                break
        if said.slots is not None:
            return said.slots
        if not said.stated and said.prefix == APPOINTMENT:
            return (Slot(None, None, APPOINTMENT, False),)
        slots = merged(
            slot._replace(note=joined(said.prefix or self.label, slot.note))
            for slot in with_note(said.stated, "", said.sure)
        )
        require(slots and said.half is None)
        # "9h-12h et à partir de 14h" is plain, "à partir de 9h, 12h-19h" is not.
        require(all(slot.end is not None for slot in slots[:-1]))
        return slots

    def _next(self, said: _Said, signs: str) -> bool:
        """Read one more thing; False when what stands here is not of this clause."""
        kind, stop = self.kind, bool(set(signs) & STOPS)
        if self.times_ahead():
            self._times(said, signs)
        elif kind == "H":
            self._half(said, stop)
        elif kind and kind in "RqF":
            return not (said.stated and stop) and self._comment(said, signs)
        elif kind == "W" and not said.stated:
            said.clause.selector = WEEKS[self.tokens[self.position].number]
            self.position += 1
        elif kind == "C":
            return self._closed_half(said) if said.stated else self._closed(said)
        elif kind == "(":
            return self._parenthesis(said)
        else:
            return False
        return True

    def _times(self, said: _Said, signs: str) -> None:
        slots = self.times()
        require(said.half is None or fits(slots, said.half))
        said.half = None
        if "n" in signs:
            # A comment on another line is said of that line.
            said.done, said.waiting = said.stated, []
        said.waiting += slots

    def _half(self, said: _Said, stop: bool) -> None:
        half = self.half()
        before = self.position
        self.skip(SOFT)
        if said.stated and self.kind == "R":
            note = f"{HALF_NAMES[half or 'm']} {self.comment()[0]}"
            if stop:
                # "Le matin sur rendez-vous", on its own, is said of all the days.
                require(not self.kinds[self.position :].strip(".;,n"))
                self.reading.notes.append(note)
            else:
                said.waiting = [*with_note(said.waiting, note)]
            return
        # "matin : 9h-12h, après-midi : 14h-18h"
        self.position = before
        self.skip(SOFT)
        require(self.times_ahead() and not (said.stated and stop and not said.by_halves))
        said.half, said.by_halves = half, True

    def _comment(self, said: _Said, signs: str) -> bool:
        appointment = self.kind == "R"
        note, sure = self.comment()
        if not said.stated and note and not appointment:
            # "mardi atelier mercredi": neither day has times.
            require(not self.at(r"[df]*:?[df]*[DEO]"))
        note += self._half_of_appointment() if appointment else ""
        here = self.position
        self.skip(SOFT)
        more = self.times_ahead()
        introduced = more or self.kind in ("W", "H", "(")
        self.position = here
        if not said.stated:
            if introduced:
                said.prefix, said.sure = joined(said.prefix, note), said.sure and sure
                return True
            require(appointment)
            name = f"{HALF_NAMES[said.half]} {note}" if said.half else note
            said.slots = (Slot(None, None, joined(said.prefix, name), False),)
            return True
        # "9h-12h sur rendez-vous, mardi 14h-18h" is of what stands before it,
        # "9h-12h, sur rendez-vous mardi 14h-18h" of what follows.
        if not more and (self.introduces() if signs else self.at(r"[df]*(?::|[DEO])")):
            require(signs)
            return False
        if appointment and set(signs) & set("eo") and not more:
            return False
        said.note(note, sure)
        if appointment and not more:
            self._same_sentence(said.clause, note)
        return True

    def _same_sentence(self, clause: Clause, note: str) -> None:
        """ "lundi 9h-12h et mardi 14h-18h sur rendez-vous": said of both, to be safe."""
        joint = clause.joint
        for before in reversed(self.reading.clauses):
            if "e" not in joint or set(joint) & STOPS:
                return
            for day, slots in before.week.items():
                before.week[day] = with_note(slots, note)
            joint = before.joint

    def _half_of_appointment(self) -> str:
        """ "sur RDV l'après-midi": the half that follows, when no times follow it."""
        if not self.skip(r"d*H(?![-:,df]*[TBZ])"):
            return ""
        name = HALF_NAMES[self.tokens[self.position - 1].text]
        return " l'après-midi" if name == "après-midi" else f" le {name}"

    # --- closed -------------------------------------------------------------------------

    def _closed(self, said: _Said) -> bool:
        """ "fermé", or "fermé le matin - 14h-18h"."""
        half = None
        if self.at(r"C[df]*H"):
            self.position += 1
            half = self.half()
        else:
            self.position += 1
            # In the cell of a day "fermé / 14h-18h" says that the morning is closed.
            half = "m" if self.rank is not None and self.at("[-/]+[df]*[TBZ]") else None
        if half is None:
            require(not said.prefix and said.half is None)
            # "Fermé le mardi" in the column of mardi.
            own = self.at(r"[df]*D") if self.rank is not None else None
            if own and self.tokens[own.end() - 1].days == (self.rank,):
                self.position = own.end()
            said.slots = ()
            return True
        self.skip(SOFT)
        times = read_times(self.tokens, self.kinds, self.position, self.rank is not None)
        require(times is not None and not touches(times[0], half))
        return True

    def _closed_half(self, said: _Said) -> bool:
        """ "9h-12h, fermé l'après-midi": nothing to take away, it only has to be true."""
        found = self.at(r"C[df]*(?P<day>D)?(?P<half>H)?(?!O)")
        if found is None or self.at(r"C[df]*O"):
            return False
        if found["day"]:
            days = set(self.tokens[found.start("day")].days)
            if not found["half"] or {day.rank for day in said.clause.week} != days:
                return False
        if not found["half"] and self.rank is None:
            return False
        half = self.tokens[found.start("half")].text if found["half"] else "p"
        require(not touches(said.stated, half))
        self.position = found.end()
        return True

    # --- parentheses --------------------------------------------------------------------

    def _parenthesis(self, said: _Said) -> bool:
        if not said.stated and self.at(r"\([df]*I?d?[TBZ][-a/,;.:ednTBZ]*[.f]*\)"):
            self.position += 1
            said.waiting += self.times()
            self.skip("[.f]*")
            self.position += 1
            return True
        if not said.stated and self.at(r"\([df]*Wf*\)"):
            # "Mardi (semaines impaires) : 9h-12h"
            weeks = self.tokens[self.position + self.kinds[self.position :].index("W")]
            said.clause.selector = WEEKS[weeks.number]
            self.skip(r"\([df]*Wf*\)")
            return True
        nth = self.at(rf"\((?P<days>[df]*{ORDINALS}Du?)f*\)")
        if nth and not said.stated:
            # "Dimanche (2e dimanche du mois uniquement) : 14h-17h"
            days = read_days(self.tokens, self.kinds, *nth.span("days")).days
            require({day.rank for day in days} == {day.rank for day in said.clause.week})
            said.clause.week = dict.fromkeys(days, ())
            self.position = nth.end()
            return True
        noted = self.noted_parenthesis()
        if noted is None:
            return False
        note, sure = noted
        if said.stated:
            said.note(note, sure)
        else:
            said.prefix, said.sure = joined(said.prefix, note), said.sure and sure
        return True

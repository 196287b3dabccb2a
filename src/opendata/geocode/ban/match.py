"""Streets and numbers for addresses whose communes are resolved.

    readings ─► same name in the commune ─► close names in the commune ─► its postcode's other
    communes, when theirs is not sure ─► the number in the street

Each step works on distinct values: a reading is compared once with the streets of a block of
communes, however many rows ask for it. Départements are taken one after the other, so that
memory does not grow with their number.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from opendata.geocode.ban.choose import Choice, Query, choose
from opendata.geocode.ban.families import Families
from opendata.geocode.ban.houses import NUMERO, VOIE, locate_in_parts
from opendata.geocode.ban.index import Index
from opendata.geocode.ban.likeness import closest, kinds_alike
from opendata.geocode.ban.parse import Reading

#: An answer is given from this probability on; below, the commune's centre is more honest. Fewer
#: than three answers in a thousand are lost against 0.5, and those are wrong one time in three.
ENOUGH = 0.8
#: A commune where nothing is this alike (0 to 100) is perhaps not the one that was meant.
_NOTHING_ALIKE = 76.0
#: A street of another commune must be this alike, more than any in the stated one by so much,
#: and when the stated commune is sure, rare in its département.
_ALIKE, _THE_SAME, _BETTER_BY = 90.0, 97.0, 8.0
_SURE_COMMUNE, _RARE = 0.95, 2

#: Gives the addresses of a département, None where none are at hand.
OpenIndex = Callable[[str], Index | None]


class Answer(NamedTuple):
    """What was found for one query.

    Coordinates in degrees (WGS 84), ``score`` a probability, ``reach_m`` the size of the street
    in metres; ``code_insee``, ``town`` and ``voie`` as the BAN writes them.
    """

    score: float
    precision: str
    longitude: float
    latitude: float
    code_insee: str
    town: str
    postcode: str
    voie: str
    numero: str
    ban_id: str
    reach_m: float


class Candidate(NamedTuple):
    """A street that came close, for those who ask why."""

    likeness: float
    voie: str
    code_insee: str
    town: str


class Found(NamedTuple):
    """What the matcher knows of one query, whether it answers or not."""

    choice: Choice
    candidates: tuple[Candidate, ...]
    answer: Answer | None


class _Task(NamedTuple):
    """A query asked of some communes of one département."""

    row: int
    query: Query
    codes: tuple[str, ...]
    #: The best likeness in the stated commune when ``codes`` are others; -1 when they are it.
    own: float = -1.0

    @property
    def widened(self) -> bool:
        return self.own >= 0


def match(
    queries: Sequence[Query],
    families: Families,
    open_index: OpenIndex,
    enough: float = ENOUGH,
    *,
    explain: bool = False,
) -> list[Found | None]:
    """What is found for each query; None where nothing comes close.

    ``enough`` is the probability from which a choice is an answer; with ``explain`` the
    candidates are told, too.
    """

    def ask(index: Index, tasks: Sequence[_Task]) -> list[Found | None]:
        return _found(index, tasks, families, enough, explain)

    found: list[Found | None] = [None] * len(queries)
    asked: defaultdict[str, list[_Task]] = defaultdict(list)
    for row, query in enumerate(queries):
        if query.readings:
            for departement, codes in families.by_departement(query.codes).items():
                asked[departement].append(_Task(row, query, codes))
    elsewhere: defaultdict[str, list[_Task]] = defaultdict(list)
    for departement in sorted(asked):
        index = open_index(departement)
        tasks = asked[departement]
        if index is not None:
            _keep_best(found, tasks, ask(index, tasks))
        for task in tasks:
            for other, wider in _widened(task, found[task.row], families):
                elsewhere[other].append(wider)
        # While its index is open; what other départements hold waits for their turn.
        if index is not None and (here := elsewhere.pop(departement, [])):
            _keep_best(found, here, ask(index, here))
    for departement in sorted(elsewhere):
        index = open_index(departement)
        if index is not None:
            tasks = elsewhere[departement]
            _keep_best(found, tasks, ask(index, tasks))
    return found


def _widened(task: _Task, found: Found | None, families: Families) -> Iterable[tuple[str, _Task]]:
    """The same query asked of the postcode's other communes, when its own has nothing like it."""
    own = found.choice.features.likeness if found else 0.0
    if own < _NOTHING_ALIKE:
        for departement, codes in families.around(task.query.codes, task.query.postcode).items():
            yield departement, task._replace(codes=codes, own=own)


def _keep_best(
    found: list[Found | None], tasks: Sequence[_Task], fresh: Sequence[Found | None]
) -> None:
    for task, one in zip(tasks, fresh, strict=True):
        before = found[task.row]
        if one is not None and (
            before is None or one.choice.probability > before.choice.probability
        ):
            found[task.row] = one


# --- one département ----------------------------------------------------------------------


def _found(
    index: Index, tasks: Sequence[_Task], families: Families, enough: float, explain: bool
) -> list[Found | None]:
    streets_of = families.streets_of(index)
    blocks = [_block(task.codes, streets_of) for task in tasks]
    near = _near(index, tasks, blocks)
    going_on = {
        codes: _block(families.whole(codes), streets_of)
        for codes in {task.query.codes for task in tasks}
    }
    choices: list[Choice | None] = []
    for task, block in zip(tasks, blocks, strict=True):
        found = _choice(index, task, block, near, going_on[task.query.codes])
        choices.append(found if found and _may_stand(index, task, found) else None)
    answers = _answers(index, choices, enough)
    return [
        None
        if choice is None
        else Found(
            choice, _shown(index, near.seen(block, choice.reading)) if explain else (), answer
        )
        for choice, block, answer in zip(choices, blocks, answers, strict=True)
    ]


_Block = tuple[str, ...]
#: Kind and core, as a street key or a part of a reading: equal tuples are one key.
_Key = tuple[str, str]
_Near = dict[tuple[_Block, _Key], list[tuple[float, int]]]


def _block(codes: Iterable[str], streets_of: dict[str, tuple[str, ...]]) -> _Block:
    return tuple(sorted({own for code in codes for own in streets_of.get(code, ())}))


def _near(index: Index, tasks: Sequence[_Task], blocks: Sequence[_Block]) -> "_Streets":
    """The streets of each block that come close to each reading that is asked of it.

    First the streets of the very name, for every reading. Then, letter by letter, the first
    reading that has none, and the later ones as long as nothing came close.
    """
    near = _Streets({}, {})
    asked = list(zip(tasks, blocks, strict=True))
    for task, block in asked:
        for reading in task.query.readings:
            key = block, reading[2:]
            if key not in near.named:
                near.named[key] = _of_this_name(index, *key)
    depth = max((len(task.query.readings) for task in tasks), default=0)
    for rank in range(depth):
        wanted: defaultdict[_Block, dict[_Key, None]] = defaultdict(dict)
        for task, block in asked:
            readings = task.query.readings
            if rank < len(readings) and near.is_open(block, readings, rank):
                key = block, readings[rank][2:]
                if key not in near.compared:
                    wanted[block][key[1]] = None
        for block, keys in wanted.items():
            near.compared.update(_compared(index, block, list(keys)))
    return near


class _Streets(NamedTuple):
    """What came close to each key in each block: by its very name, or letter by letter.

    What a query sees of them depends on its own readings alone, whatever other rows asked.
    """

    named: _Near
    compared: _Near

    def is_open(self, block: _Block, readings: Sequence[Reading], rank: int) -> bool:
        """Whether a reading is to be compared letter by letter."""
        if self.named[block, readings[rank][2:]]:
            return False
        return not any(
            candidates and candidates[0][0] >= _ALIKE
            for candidates in self.of(block, readings[:rank])
        )

    def seen(self, block: _Block, reading: Reading) -> list[tuple[float, int]]:
        """The candidates of a reading that was chosen."""
        key = block, reading[2:]
        return self.named.get(key) or self.compared.get(key, [])

    def of(self, block: _Block, readings: Sequence[Reading]) -> list[list[tuple[float, int]]]:
        """The candidates of each reading."""
        found: list[list[tuple[float, int]]] = []
        close = False
        for reading in readings:
            key = block, reading[2:]
            candidates = self.named.get(key, [])
            if not candidates and not close:
                candidates = self.compared.get(key, [])
            close = close or bool(candidates and candidates[0][0] >= _ALIKE)
            found.append(candidates)
        return found


def _of_this_name(index: Index, block: _Block, key: _Key) -> list[tuple[float, int]]:
    """The streets of a block that have the core and, if one is stated, the kind of ``key``."""
    kind, core = key
    same = [street for code in block for street in index.cores(code).get(core, ())]
    if kind and kind not in {index.kind[street] for street in same}:
        return []
    scored = [(kinds_alike(kind, index.kind[street]), street) for street in same]
    return sorted(scored, key=lambda one: (-one[0], one[1]))


def _compared(index: Index, block: _Block, keys: list[_Key]) -> _Near:
    if not block:
        return {}
    streets, names = index.block(block)
    return {
        (block, key): [(value, streets[place]) for value, place in close]
        for key, close in zip(keys, closest(keys, names), strict=True)
    }


def _choice(
    index: Index, task: _Task, block: _Block, near: _Streets, going_on: _Block
) -> Choice | None:
    """The most probable choice of all readings; of equal ones, the first."""
    best: Choice | None = None
    readings = task.query.readings
    for reading, candidates in zip(readings, near.of(block, readings), strict=True):
        if candidates:
            one = choose(
                index, task.query, reading, candidates, widened=task.widened, going_on=going_on
            )
            if best is None or one.probability > best.probability:
                best = one
    return best


def _may_stand(index: Index, task: _Task, choice: Choice) -> bool:
    """Whether a street of another commune may answer for the stated one."""
    if not task.widened:
        return True
    sure = task.query.trust >= _SURE_COMMUNE
    near = choice.features.likeness
    if near < (_THE_SAME if sure else _ALIKE) or near <= task.own + _BETTER_BY:
        return False
    return not sure or index.bearers(choice.street) <= _RARE


def _shown(index: Index, candidates: Sequence[tuple[float, int]]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(round(near, 1), index.name[street], index.commune[street], index.town[street])
        for near, street in candidates[:5]
    )


# --- from a street to a point -------------------------------------------------------------


def _answers(index: Index, choices: Sequence[Choice | None], enough: float) -> list[Answer | None]:
    kept = [one if one and one.probability >= enough else None for one in choices]
    given = [one for one in kept if one is not None]
    located = iter(_located(index, given))
    return [None if one is None else next(located) for one in kept]


def _located(index: Index, choices: Sequence[Choice]) -> list[Answer]:
    number = np.array([one.reading.number for one in choices], dtype="int64")
    letters = [one.reading.repetition for one in choices]
    repetition = np.array([ord(one[0]) if one else 0 for one in letters], dtype="int64")
    parts = [(one.street, *one.parts) for one in choices]
    street, houses = locate_in_parts(index, parts, number, repetition)
    places = (values.tolist() for values in (street, *houses))
    return [
        _one_answer(index, choice, *place) for choice, *place in zip(choices, *places, strict=True)
    ]


def _one_answer(
    index: Index,
    choice: Choice,
    street: int,
    longitude: float,
    latitude: float,
    level: int,
    address: int,
) -> Answer:
    """``street`` is the entry that tells the place: the one retained, or a part of its street."""
    reading = choice.reading
    on_street = "voie" if index.kind[street] else "lieu-dit"
    precision = {NUMERO: "numero", VOIE: on_street}.get(level, "interpolation")
    return Answer(
        score=round(choice.probability, 3),
        precision=precision,
        longitude=round(longitude, 6),
        latitude=round(latitude, 6),
        code_insee=index.commune[street],
        town=index.town[street],
        postcode=index.postcode[street],
        voie=index.name[street],
        numero=f"{reading.number}{reading.repetition}" if level != VOIE else "",
        ban_id=str(index.ids[address]) if address >= 0 else index.street_id(street),
        reach_m=float(index.reach_m[street]),
    )

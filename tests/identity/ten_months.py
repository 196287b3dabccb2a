"""Ten months in the life of three sources, each place's truth followed through the releases.

Every row knows the place it is truly about; the pipeline is only told what the files say.
``python -m tests.identity.ten_months [SEED…]`` prints the ten months.

What is held as true of hard cases, and why:

- a row that keeps its key from one month to the next is the same place, whatever else changed,
  unless another row of that source now is what it was (keys that shift, keys given anew);
- a key that was gone for a month and comes back with another name, address and telephone is
  another place;
- a place that comes back as it was is the same place, even once it was closed;
- of a row that was split, the part that kept the key is the old place;
- a name, a key, an address and a telephone that all change at once, in the only source of a
  place, leave nothing to know it by: the only losses there may be (``Simulation.may_lose``).
"""

import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from opendata import pipeline, steward
from opendata.catalog import append_pairs
from opendata.fetch import fetch
from opendata.model import PairDecision
from opendata.paths import Paths
from opendata.release import store
from tests.builders import (
    edit_dataset,
    edit_source,
    empty_installation,
    small_dataset,
    small_source,
)
from tests.identity.followed import Month, told
from tests.identity.made_up_towns import (
    BOTH,
    EPN,
    LIBRARY,
    SERVICES,
    THIRD,
    TOWNS,
    Facts,
    Row,
    World,
    cells,
    populate,
)

SOURCES = ("A", "B", "C")
FILES = {"A": "amont", "B": "bassin", "C": "canton"}
#: Days after which a place is closed; of B and C the default.
CLOSES_AFTER = {"amont": 60, "bassin": 180, "canton": 180}
HEADER = "id;nom;type;adresse;cp;ville;tel;mel;lat;lon"
TABLES = ("lieux", "passerelle", "identifiants", "changements", "sources", "quarantaine")
#: Kinds of places that change their name; a town hall does not.
RENAMED = (LIBRARY, EPN, THIRD)


class Simulation:
    """The world, its three files and the installation that publishes them."""

    def __init__(self, paths: Paths, seed: int = 1) -> None:
        # Addresses of the web are read from a folder: one that is not in it is refused.
        self.mirror = paths.project / "mirror"
        self.mirror.mkdir()
        self.paths = replace(paths, mirror=self.mirror)
        self.world = World(seed, rows={name: [] for name in SOURCES})
        self.months: list[Month] = []
        self.may_lose: dict[int, str] = {}
        self.named: dict[str, list[int]] = {}
        self.told: list[str] = []
        self._late: list[tuple[int, str, Facts]] = []
        self._served: dict[str, dict[tuple[str, str], int]] = {}
        self._gone: dict[str, str] = {}
        self._left: dict[int, list[tuple[str, Row]]] = {}
        self._catalogue()

    def _catalogue(self) -> None:
        for name in FILES.values():
            small_source(self.paths, name)
            kind = 'categories = { column = "type" }\nlatitude = { column = "lat" }\n'
            kind += 'longitude = { column = "lon" }'
            edit_source(self.paths, name, 'categories = { constant = "epn" }', kind)
            address = f'url = "https://{name}.exemple.fr/lieux.csv"'
            edit_source(self.paths, name, f'file = "{name}.csv"', address)
            days = f"closes_after_days = {CLOSES_AFTER[name]}\n[fetch]"
            edit_source(self.paths, name, "[fetch]", days)
        small_dataset(self.paths, sources=tuple(FILES.values()))
        # What is tried here is ids, not the gate: nothing is to be held.
        limits = ("loss", "category_loss", "field_loss", "moved", "located_drop")
        wide = "".join(f"max_{name}_pct = 100\n" for name in limits)
        edit_dataset(self.paths, "jeu", "max_loss_pct = 50\n", wide)

    def run(self, months: int = 10) -> list[Month]:
        """The first months, each ending in a release."""
        for number, happen in enumerate(MONTHS[:months]):
            self.world.touched = set()
            self.told, self.may_lose = [], {}
            self._catch_up()
            happen(self)
            self._release(number)
        return self.months

    # --- what may happen to a place ---------------------------------------------------------

    def tell(self, what: str, count: int = 1) -> None:
        self.told.append(f"{what} ×{count}" if count > 1 else what)

    def change(self, what: str, places: Iterable[int], new: Callable[[Facts], Facts]) -> None:
        """Give places new facts, in each source at once or, half of the time, a month later."""
        places = list(places)
        for place in places:
            facts = new(self.world.of(place)[0].facts)
            sources = self.world.sources_of(place)
            for source in sources:
                if source != sources[0] and self.world.chance.random() < 0.5:
                    self._late.append((place, source, facts))
                else:
                    self._believe(place, source, facts)
        self.tell(what, len(places))

    def _believe(self, place: int, source: str, facts: Facts) -> None:
        for row in self.world.of(place, source):
            row.facts = facts

    def _catch_up(self) -> None:
        late, self._late = self._late, []
        for place, source, facts in late:
            self._believe(place, source, facts)
            self.world.touched.add(place)
        if late:
            self.tell("a source follows last month's change", len(late))

    def rename(self, places: Iterable[int], how: str = "renamed") -> None:
        self.change(how, places, lambda old: replace(old, name=self.world.name(old.kind)))

    def move(self, places: Iterable[int], how: str = "moved") -> None:
        self.change(how, places, self.world.moved)

    def rename_and_move(self, places: Iterable[int], how: str = "renamed and moved") -> None:
        self.change(
            how, places, lambda old: replace(self.world.moved(old), name=self.world.name(old.kind))
        )

    def become_another(self, place: int) -> None:
        """Everything that is written of a place changes; its kind and its town stay."""
        facts = self.world.of(place)[0].facts
        for source in SOURCES:
            self._believe(place, source, self.world.facts(facts.kind, facts.town))

    def new_contacts(self, places: Iterable[int]) -> None:
        def changed(old: Facts) -> Facts:
            phone, mail = self.world.contacts()
            return replace(old, phone=phone, mail=mail)

        self.change("contacts changed", places, changed)

    def respell(self, source: str, count: int) -> None:
        for place in self.world.pick(count, having=source):
            for row in self.world.of(place, source):
                row.manner += 1
        self.tell(f"spelled otherwise in {source}", count)

    def close(self, name: str, places: Iterable[int], what: str) -> None:
        """Take places out of every file, and remember their rows under a name."""
        for place in places:
            self.world.reserved.add(place)
            self.named.setdefault(name, []).append(place)
            self._left[place] = [
                (source, row) for source in SOURCES for row in self.world.of(place, source)
            ]
            self.world.close(place)
            self.tell(what)

    def come_back(self, name: str, what: str, *, new_key: bool = False) -> None:
        for place in self.named.pop(name):
            for source, row in self._left[place]:
                if new_key or source == "B":  # B gave its keys anew in the meantime
                    row.key = self.world.key(source)
                self.world.rows[source].append(row)
            self.tell(what)

    def renumber(self, source: str) -> None:
        """New keys for all rows, in an order that has nothing to do with them."""
        rows = self.world.rows[source]
        fresh = [f"n{number}" for number in self.world.chance.sample(range(1000, 9999), len(rows))]
        for row, key in zip(rows, fresh, strict=True):
            row.key = key
        self.tell(f"all keys of {source} renumbered")

    def shift_down(self, source: str, facts: Facts) -> None:
        """A row comes first in a file whose keys are line numbers: each takes the next one's."""
        rows = self.world.rows[source]
        keys = [*(row.key for row in rows), self.world.key(source)]
        self.world.open(facts, [source])
        rows.insert(0, rows.pop())
        self._number(rows, keys)
        self.tell(f"{source}: a row inserted at the top, every key now names its neighbour")

    def shift_up(self, source: str, place: int) -> None:
        """A row leaves such a file: each one after it takes the key before."""
        keys = [row.key for row in self.world.rows[source]]
        self.close(
            f"shifted {source}", [place], f"{source}: a row closed in the middle, keys shift"
        )
        self._number(self.world.rows[source], keys[:-1])

    @staticmethod
    def _number(rows: list[Row], keys: list[str]) -> None:
        for row, key in zip(rows, keys, strict=True):
            row.key = key

    def split(self, place: int, stays: str, leaves: str) -> None:
        """« Médiathèque et France services » becomes two rows of A; the first keeps the key."""
        (row,) = self.world.of(place, "A")
        proper = row.facts.name.removeprefix("Médiathèque et France services ")
        words = {LIBRARY: "Médiathèque", SERVICES: "France services"}
        phone, _ = self.world.contacts()
        part = replace(row.facts, kind=leaves, name=f"{words[leaves]} {proper}", phone=phone)
        row.facts = replace(row.facts, kind=stays, name=f"{words[stays]} {proper}")
        self.world.open(part, ["A"], reserve=True)
        self.tell(f"a row split in two, {stays} keeps the key")

    def lose(self, source: str, how: str) -> None:
        self._gone[source] = how
        self.tell(f"{source} cannot be read ({how})")

    def find_again(self, source: str) -> None:
        del self._gone[source]
        self.tell(f"{source} can be read again")

    def decide(self, same: bool, rows: Iterable[tuple[tuple[str, Row], tuple[str, Row]]]) -> None:
        entries = [
            PairDecision(
                ((FILES[one], first.key), (FILES[other], second.key)),
                same, "vu sur place", "A. Martin", "2026-05-04",
            )
            for (one, first), (other, second) in rows
        ]  # fmt: skip
        append_pairs("jeu", entries, self.paths)
        self.tell(f"decided: {'same' if same else 'different'}", len(entries))

    def swap(self) -> None:
        edit_dataset(self.paths, "jeu", '"amont", "bassin"', '"bassin", "amont"')
        self.tell("A and B change places in the dataset")

    # --- files and releases -----------------------------------------------------------------

    def _release(self, number: int) -> None:
        for source in SOURCES:
            self._write(source)
        self._list_addresses()
        now = datetime(2026, 1 + number, 5, 6, tzinfo=UTC)
        # pipeline.run, with the day of the month on the clock of fetch.
        job = pipeline.prepare("jeu", self.paths)
        outcomes = [fetch(source, self.paths, now=lambda: now) for source in job.sources]
        outcome = pipeline.publish(job, outcomes, self.paths)
        assert outcome.status == "published", [text.en for text in outcome.reasons]
        folder = store.latest(self.paths, "jeu")
        assert folder is not None
        assert folder.name == f"{now:%Y-%m-%d}"
        truth = {key: place for served in self._served.values() for key, place in served.items()}
        self.months.append(
            Month(
                number, folder, {name: store.read_table(folder, name) for name in TABLES},
                tuple(self.told), truth, dict(self.may_lose),
            )
        )  # fmt: skip

    def _write(self, source: str) -> None:
        file = self.mirror / f"{FILES[source]}.csv"
        how = self._gone.get(source, "")
        if how == "HTML":
            file.write_text("<!doctype html><html><body>Erreur 503</body></html>", "utf-8")
        elif not how:
            rows = self.world.rows[source]
            lines = [HEADER, *(";".join(cells(source, row)) for row in rows)]
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self._served[source] = {(FILES[source], row.key): row.place for row in rows}

    def _list_addresses(self) -> None:
        listed = [
            f'[[file]]\nurl = "https://{name}.exemple.fr/lieux.csv"\npath = "{name}.csv"\n'
            for source, name in FILES.items()
            if self._gone.get(source) != "refused"
        ]
        (self.mirror / "mirror.toml").write_text("\n".join(listed), encoding="utf-8")

    def forget_copies(self, source: str) -> None:
        shutil.rmtree(self.paths.raw_source(FILES[source]))
        self.tell(f"the copies of {source} are deleted")

    def withdraw(self) -> None:
        """Take the last release back."""
        steward.take_back("jeu", None, "adresses fausses", self.paths, author="A. Martin")
        self.months[-1] = replace(self.months[-1], withdrawn=True)
        self.tell("last month's release was withdrawn")


# --- the ten months ---------------------------------------------------------------------------


def _january(sim: Simulation) -> None:
    world = sim.world
    populate(world, SOURCES, 130)
    hidden = world.facts(EPN, TOWNS[0])
    sim.named["one of two"] = [world.open(hidden, "AB", reserve=True)]
    first, second = world.facts(THIRD, TOWNS[1]), world.facts(EPN, TOWNS[1])
    ruche = world.open(first, ["A"], reserve=True)
    world.rows["B"].append(Row(world.key("B"), ruche, second))
    sim.named["two of one"] = [ruche]
    sim.named["to split"] = [
        world.open(world.facts(BOTH, TOWNS[3]), ["A"], reserve=True),
        world.open(world.facts(BOTH, TOWNS[2]), ["A"], reserve=True),
        world.open(world.facts(BOTH, TOWNS[1]), ["A", "C"], reserve=True),
    ]
    for number, row in enumerate(world.rows["C"], start=1):
        row.key = str(number)
    world.given["C"] = len(world.rows["C"])
    sim.tell("first release")


def _february(sim: Simulation) -> None:
    pick = sim.world.pick
    sim.rename(pick(6, kinds=RENAMED))
    sim.move(pick(6))
    sim.new_contacts(pick(8))
    sim.respell("B", 8)
    sim.respell("C", 6)
    sim.close("a month", [*pick(1, only="A"), *pick(1, only="AB"), *pick(1, only="B")], "closed")
    sim.close("for long", [*pick(1, only="A"), *pick(1, only="C")], "closed for long")
    sim.close("key reused", pick(3, only="A"), "closed, its key to be given again")
    sim.close("house reused", pick(2, only="A"), "closed, its house to be used again")
    for sources in ("AB", "C"):
        sim.world.open(sim.world.facts(EPN), sources)
    sim.tell("opened", 2)


def _march(sim: Simulation) -> None:
    world = sim.world
    sim.renumber("B")
    sim.rename(world.pick(2, only="B", kinds=RENAMED), "renumbered and renamed")
    sim.move(world.pick(2, only="B"), "renumbered and moved")
    sim.rename_and_move(world.pick(2, only="AB", kinds=RENAMED), "renamed, moved, renumbered in B")
    for place in world.pick(3, only="B"):
        sim.become_another(place)
        sim.may_lose[place] = "all it was known by changed, in its only source"
        sim.tell("renumbered, renamed, moved, other contacts, B alone (loss)")
    sim.come_back("a month", "back after a month")
    for number, place in enumerate(sim.named["key reused"]):
        ((_, old),) = sim._left[place]
        town = (TOWNS[0], old.facts.town, old.facts.town)[number]
        kind = (EPN, THIRD if old.facts.kind == EPN else EPN, old.facts.kind)[number]
        world.open(world.facts(kind, town), ["A"])
        world.rows["A"][-1].key = old.key
        sim.tell("opened with the key of a closed place")
    closed_now = world.pick(1, only="A")
    sim.close("house reused", closed_now, "closed")
    for number, place in enumerate(sim.named["house reused"]):
        old = sim._left[place][0][1].facts
        kind = (THIRD if old.kind != THIRD else EPN, old.kind, old.kind)[number]
        fresh = world.facts(kind, old.town)
        world.open(replace(fresh, number=old.number, street=old.street), ["A"])
        sim.tell("opened in the house of a closed place")


def _april(sim: Simulation) -> None:
    sim.lose("C", "refused")
    # Only what C does not describe: it could not tell.
    sim.rename_and_move(sim.world.pick(3, only="A", kinds=RENAMED))
    sim.rename_and_move(sim.world.pick(1, only="B", kinds=RENAMED))
    sim.rename_and_move(sim.world.pick(2, only="AB", kinds=RENAMED))
    one, two, three = sim.named["to split"]
    sim.split(one, LIBRARY, SERVICES)
    sim.split(two, SERVICES, LIBRARY)
    sim.split(three, LIBRARY, SERVICES)
    sim.close("april", sim.world.pick(2, only="A"), "closed")


def _may(sim: Simulation) -> None:
    world = sim.world
    sim.lose("C", "HTML")
    sim.new_contacts(world.pick(5, having="A"))
    sim.rename(world.pick(3, only="AC", kinds=RENAMED), "renamed, C not read")
    sim.move(world.pick(3, only="AB"))
    (place,) = sim.named["one of two"]
    (a,), (b,) = (world.of(place, source) for source in "AB")
    sim.decide(False, [(("A", a), ("B", b))])
    world.places += 1
    world.reserved.add(world.places)
    b.place = world.places
    (place,) = sim.named["two of one"]
    (a,), (b,) = (world.of(place, source) for source in "AB")
    sim.decide(True, [(("A", a), ("B", b))])


def _june(sim: Simulation) -> None:
    sim.find_again("C")
    sim.rename(sim.world.pick(3, only="C", kinds=RENAMED))
    sim.move(sim.world.pick(2, only="C"))
    sim.respell("C", 5)
    sim.swap()


def _july(sim: Simulation) -> None:
    sim.shift_down("C", sim.world.facts(LIBRARY))
    sim.rename(sim.world.pick(2, only="AC", kinds=RENAMED), "renamed, shifted in C")
    sim.rename(sim.world.pick(1, only="C", kinds=RENAMED), "renamed, shifted in C, C alone")
    sim.move(sim.world.pick(1, only="C"), "moved, shifted in C, C alone")
    (place,) = sim.world.pick(1, only="C")
    sim.become_another(place)
    sim.may_lose[place] = "all it was known by changed while keys shifted, in its only source"
    sim.tell("renamed, moved, other contacts, shifted, C alone (loss)")


def _august(sim: Simulation) -> None:
    sim.lose("B", "refused")
    sim.forget_copies("B")
    sim.rename(sim.world.pick(3, only="A", kinds=RENAMED))
    sim.rename(sim.world.pick(2, only="AB", kinds=RENAMED), "renamed, B unknown")
    sim.move(sim.world.pick(2, only="AC"))


def _september(sim: Simulation) -> None:
    sim.find_again("B")
    sim.rename(sim.world.pick(2, only="B", kinds=RENAMED))
    sim.move(sim.world.pick(2, only="B"))
    sim.come_back("for long", "back after it was closed")
    sim.named["september's"] = [sim.world.open(sim.world.facts(THIRD), "AB", reserve=True)]
    sim.tell("opened")
    sim.close("september", sim.world.pick(2, only="A"), "closed")


def _october(sim: Simulation) -> None:
    sim.withdraw()
    sim.come_back("september", "back after a month")
    sim.rename(sim.world.pick(3, having="A", kinds=RENAMED))
    sim.shift_up("C", sim.world.pick(1, only="C")[0])
    # Only the release that was taken back ever published it, and under another key.
    (place,) = sim.named["september's"]
    sim.world.open(sim.world.facts(EPN), "B")
    (row,) = sim.world.of(place, "B")
    sim.world.rows["B"][-1].key, row.key = row.key, sim.world.rows["B"][-1].key
    sim.tell("opened with the key of a place of the withdrawn release, which has another")


MONTHS = (
    _january, _february, _march, _april, _may, _june, _july, _august, _september, _october,
)  # fmt: skip


def simulate(folder: Path, seed: int = 1, months: int = 10) -> Simulation:
    """Live the ten months, or the first of them, in an installation of their own."""
    simulation = Simulation(empty_installation(folder), seed)
    simulation.run(months)
    return simulation


def main() -> None:
    for seed in [int(text) for text in sys.argv[1:]] or [1]:
        with TemporaryDirectory() as folder:
            print(f"--- seed {seed}\n{told(simulate(Path(folder), seed).months)}")


if __name__ == "__main__":
    main()

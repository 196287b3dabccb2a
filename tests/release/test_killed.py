"""Whatever the write at which a decision is killed, the next command finds a consistent state."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.builders import (
    edit_dataset,
    empty_installation,
    small_dataset,
    small_source,
)
from tests.conftest import PROJECT
from tests.release.killing import copied, killed_moments, writes_of

from opendata import compose, pipeline, publish, steward
from opendata.catalog import (
    append_pair,
    append_release,
    append_tolerance,
    decisions_path,
    load_dataset,
    load_decisions,
)
from opendata.errors import UsageError
from opendata.inbox.pairs import accept_pairs
from opendata.language import Text
from opendata.model import Finding, PairDecision, Release, ReleaseDecision, Retention, Tolerance
from opendata.pages import write_pages
from opendata.paths import Paths
from opendata.publish import write_release
from opendata.publish.checksums import verify
from opendata.release import staging, store
from opendata.release.lock import publication_lock
from opendata.status import dataset_status

ROWS = """id;nom;adresse;cp;ville;tel;mel
1;Espace numérique des Tilleuls;3 rue des Tilleuls;45000;Orléans;02 61 91 00 01;
2;Atelier des Mariniers;12 quai de Loire;41000;Blois;02 61 91 00 02;
3;Point net du Berry;1 place de la Mairie;18000;Bourges;;
4;Médiathèque du Pont;5 rue du Pont;37000;Tours;02 61 91 00 04;
5;Fabrique des Halles;8 rue des Halles;37000;Tours;;
6;Cyberbase de la Gare;2 avenue de la Gare;45000;Orléans;;
7;Maison des Tisserands;9 rue du Rouet;18000;Bourges;;
8;Bibliothèque Abélard;4 rue du Bourg;41000;Blois;;
9;Relais du Val;6 rue du Val;37000;Tours;;
10;Comptoir des Lilas;7 allée des Lilas;45000;Orléans;;
"""
WHO, WHY = "Ada Martin", "adresse fausse"
DAY = "2026-11-27"
#: The formats of the releases made here: with all of them a release takes a second to write.
FORMATS = ("tables", "report")

Operation = Callable[[Paths], object]


@pytest.fixture(scope="module", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """What a killed process wrote is there for the next: a sync is counted, and not waited for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@dataclass(frozen=True)
class Prepared:
    """Three releases stand and a fourth waits.

    ``made`` has what the functions of the run returned, ``writes`` is the number of its writes.
    """

    paths: Paths
    versions: tuple[str, str, str, str]
    made: dict[str, Any]
    writes: int


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    paths = empty_installation(tmp_path_factory.mktemp("prepared"))
    small_source(paths, rows=ROWS)
    small_dataset(paths)
    edit_dataset(paths, "jeu", "[gate]", "[retention]\nkeep_last = 3\nkeep_months = 0\n[gate]")
    made: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "load_geocoder",
            "assemble",
            "tables_of",
            "compose_release",
            "difference_of",
            "run",
        ):
            patch.setattr(pipeline, name, _kept(made, name, getattr(pipeline, name)))
        patch.setattr(publish, "FORMATS", FORMATS)
        writes = writes_of(lambda paths: pipeline.run("jeu", paths), paths)
        first = made["run"]
        assert (first.status, first.report["places"]) == ("published", 10), first.reasons
        versions = (first.version, *(f"{first.version}.{number}" for number in (2, 3, 4)))
        for version in versions[1:]:
            store.stage(
                _said(made, version), paths, _found(made, version), lambda _: "<p>écarts</p>"
            )
            if version != versions[3]:
                store.promote(paths, "jeu", version)
                write_pages(load_dataset("jeu", paths), paths)
        for apart in (paths.raw, paths.state / "harvest"):
            shutil.rmtree(apart)  # made again by the runs that need it: copies are quicker
        append_tolerance("jeu", Tolerance("max_loss_pct", 60, "", "", WHY, WHO, DAY), paths)
    return Prepared(paths, versions, made, len(writes))


def _kept(made: dict[str, Any], name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        made[name] = real(*arguments, **named)
        return made[name]

    return call


def _said(made: dict[str, Any], version: str) -> Release:
    """A release whose first place is named after its version."""
    release: Release = made["compose_release"]
    places = release.tables["lieux"].copy()
    places.loc[places.index[0], "nom"] = f"Espace {version}"
    return replace(
        release, version=version, content=_content_of(version), inputs=f"inputs {version}",
        tables={**release.tables, "lieux": places}, report={**release.report, "version": version},
    )  # fmt: skip


def _content_of(version: str) -> str:
    return hashlib.sha256(version.encode()).hexdigest()


#: What holds the release that waits.
BLOCKED = Finding(
    "perte", "blocker", Text("trop de pertes", "too many losses"), gate="max_loss_pct"
)


def _found(made: dict[str, Any], version: str) -> dict[str, Any]:
    return {**made["difference_of"], "version": version, "findings": [BLOCKED.as_json()]}


# --- what must hold ---------------------------------------------------------------------


def history(paths: Paths) -> list[dict[str, Any]]:
    content = json.loads((paths.dataset("jeu") / "releases.json").read_text(encoding="utf-8"))
    return list(content["releases"])


def check_readable(paths: Paths) -> None:
    """Right after a kill: what only reads works, and what it says is on disk."""
    told = dataset_status(load_dataset("jeu", paths), paths)
    current = store.latest(paths, "jeu")
    assert current is not None
    assert verify(current)
    assert told["latest"] == current.name
    assert told["places"] == 10
    assert all(verify(paths.releases("jeu") / name) for name in told["releases"])
    if told["held"]:
        staged = store.staged_release(paths, "jeu")
        assert staged is not None
        assert verify(staged.folder)
        assert "findings" in staged.difference
    assert history(paths)
    for page in (paths.dataset("jeu"), paths.published):
        assert "</html>" in (page / "index.html").read_text(encoding="utf-8")
        ElementTree.parse(page / "feed.atom")
    load_decisions("jeu", paths)


def check_consistent(paths: Paths, *, latest: str) -> None:
    """After the next command that writes: nothing is left of the kill."""
    current = store.latest(paths, "jeu")
    assert current is not None
    assert current.name == latest
    assert verify(current)
    withdrawn = store.withdrawn(paths, "jeu")
    assert latest not in withdrawn
    states = {entry["version"]: entry["etat"] for entry in history(paths)}
    on_disk = set(store.versions(paths, "jeu"))
    assert [name for name, state in states.items() if state == "courante"] == [latest]
    assert {name for name, state in states.items() if state != "supprimee"} == on_disk
    assert {name for name, state in states.items() if state == "retiree"} == set(withdrawn)
    assert all(verify(paths.releases("jeu") / name) for name in on_disk)
    for entry in history(paths):
        assert ("href" in entry) == (entry["etat"] != "supprimee"), entry
    check_pages(paths, latest, withdrawn)
    assert leftovers(paths) == []
    load_decisions("jeu", paths)


def check_pages(paths: Paths, latest: str, withdrawn: dict[str, str]) -> None:
    page = (paths.dataset("jeu") / "index.html").read_text(encoding="utf-8")
    assert f"releases/{latest}/lieux.csv" in page
    assert latest in (paths.published / "index.html").read_text(encoding="utf-8")
    for feed in (paths.dataset("jeu") / "feed.atom", paths.published / "feed.atom"):
        titles = [
            str(one.text)
            for one in ElementTree.parse(feed).iterfind(".//{*}entry/{*}title")
        ]  # fmt: skip
        assert len([title for title in titles if f"version {latest} " in title]) == 1
        taken_back = [title for title in titles if title.startswith("RETIRÉE")]
        assert len(taken_back) == len(withdrawn)
        assert not any(f"version {latest} " in title for title in taken_back)


def leftovers(paths: Paths) -> list[str]:
    """Half-made things, and what speaks of a release that is no more."""
    folders = (paths.dataset("jeu"), paths.releases("jeu"), paths.dataset_state("jeu"),
               paths.staged("jeu"))  # fmt: skip
    patterns = (".*.gone", "*.part", ".latest.*")
    found = [
        path.name for folder in folders for pattern in patterns for path in folder.glob(pattern)
    ]
    for note in paths.staged("jeu").glob("*.json"):
        found += [] if note.with_name(note.name.removesuffix(".json")).is_dir() else [note.name]
    staged = store.staged_release(paths, "jeu")
    known = {*store.versions(paths, "jeu"), staged.version if staged else ""}
    ledgers = paths.release_ledger("jeu", "x").parent.glob("*")
    return found + [
        path.name for path in ledgers if path.name.removesuffix(".parquet") not in known
    ]


def decided(paths: Paths, action: str) -> list[str]:
    """The versions that an action is on record for."""
    return [one.version for one in load_decisions("jeu", paths).releases if one.action == action]


def again(operation: Operation, paths: Paths) -> None:
    """The same command once more: done, or there is nothing to do any more."""
    try:
        operation(paths)
    except UsageError as problem:
        assert problem.code in ("version_absente", "version_unique")


def at_each_write(operation: Operation, home: Paths, folder: Path, then: Operation) -> None:
    """Kill ``operation`` at each write and read what is left; ``then`` checks what follows."""
    failed = []
    for moment in killed_moments(operation, home, folder):
        try:
            check_readable(moment.paths)
            then(moment.paths)
        except Exception as problem:
            failed.append(f"{moment}: {type(problem).__name__} {str(problem)[:300]}")
    assert not failed, "\n".join(failed)


# --- a steward's decisions on a release --------------------------------------------------


def publish_it(paths: Paths) -> None:
    steward.publish_staged("jeu", None, paths, reason=WHY, author=WHO)


def hold_it(paths: Paths) -> None:
    steward.hold_staged("jeu", WHY, paths, author=WHO)


def drop_it(paths: Paths) -> None:
    steward.drop_staged("jeu", WHY, paths, author=WHO)


def take_it_back(paths: Paths) -> None:
    steward.take_back("jeu", None, WHY, paths, author=WHO)


def retire(paths: Paths) -> None:
    with publication_lock("jeu", paths):
        steward.settle("jeu", paths)
        store.retire(paths, "jeu", Retention(keep_last=2, keep_months=0))
        write_pages(load_dataset("jeu", paths), paths)


def test_publish(home: Prepared, tmp_path: Path) -> None:
    def then(paths: Paths) -> None:
        again(publish_it, paths)
        check_consistent(paths, latest=home.versions[3])
        assert store.staged_release(paths, "jeu") is None
        assert decided(paths, "published") == [home.versions[3]]

    at_each_write(publish_it, home.paths, tmp_path, then)


def test_hold(home: Prepared, tmp_path: Path) -> None:
    def then(paths: Paths) -> None:
        again(hold_it, paths)
        again(hold_it, paths)  # who saw no answer asks once more, of a hold that was done too
        check_consistent(paths, latest=home.versions[2])
        staged = store.staged_release(paths, "jeu")
        assert staged is not None
        assert [one["code"] for one in staged.findings] == ["contenu_held", "perte"]
        assert WHY in staged.page.read_text(encoding="utf-8")
        assert decided(paths, "held") == [home.versions[3]]

    at_each_write(hold_it, home.paths, tmp_path, then)


def test_drop(home: Prepared, tmp_path: Path) -> None:
    def then(paths: Paths) -> None:
        again(drop_it, paths)
        check_consistent(paths, latest=home.versions[2])
        assert store.staged_release(paths, "jeu") is None
        assert decided(paths, "dropped") == [home.versions[3]]

    at_each_write(drop_it, home.paths, tmp_path, then)


def test_rollback(home: Prepared, tmp_path: Path) -> None:
    """Asked again after a kill, it does not go back one release more."""

    def then(paths: Paths) -> None:
        again(take_it_back, paths)
        check_consistent(paths, latest=home.versions[1])
        assert store.withdrawn(paths, "jeu") == {home.versions[2]: WHY}
        assert decided(paths, "withdrawn") == [home.versions[2]]
        assert store.staged_release(paths, "jeu") is not None

    at_each_write(take_it_back, home.paths, tmp_path, then)


def test_retention(home: Prepared, tmp_path: Path) -> None:
    def then(paths: Paths) -> None:
        retire(paths)
        check_consistent(paths, latest=home.versions[2])
        assert store.versions(paths, "jeu") == list(home.versions[1:3])

    at_each_write(retire, home.paths, tmp_path, then)


@pytest.mark.parametrize(
    ("operation", "latest"),
    [(publish_it, (2, 3)), (hold_it, (2,)), (drop_it, (2,)), (take_it_back, (1, 2))],
)
def test_a_run_after_a_killed_decision(
    home: Prepared, tmp_path: Path, operation: Operation, latest: tuple[int, ...]
) -> None:
    """The run finds the same content again, and does with it what was decided."""

    def then(paths: Paths) -> None:
        done = load_decisions("jeu", paths).releases
        moved = {home.versions[3]: 3, home.versions[1]: 1}.get(_pointed(paths))
        with replayed(home, home.versions[3], stopped=True):
            outcome = run(paths)
        current = store.latest(paths, "jeu")
        assert current is not None
        assert current.name in {home.versions[number] for number in latest}
        assert moved is None or current.name == home.versions[moved]
        check_consistent(paths, latest=current.name)
        action = done[-1].action if done else ""
        assert (outcome.status == "held") == (current.name != home.versions[3])
        assert action != "published" or outcome.status != "held"
        staged = store.staged_release(paths, "jeu")
        if staged is not None:
            told = [one["code"] for one in staged.findings]
            expected = [f"contenu_{action}"] if action in ("held", "dropped") else []
            assert told == [*expected, "perte"]

    at_each_write(operation, home.paths, tmp_path, then)


def _pointed(paths: Paths) -> str:
    return paths.latest("jeu").readlink().name


def test_what_was_dropped_and_staged_again_is_published_on_request(
    home: Prepared, tmp_path: Path
) -> None:
    """The drop is of what waited then; what waits since then tells of it."""
    paths = copied(home.paths, tmp_path / "essai")
    drop_it(paths)
    with replayed(home, home.versions[3], stopped=True):
        assert run(paths).status == "held"
    publish_it(paths)
    # A version that people have spoken of is not another content's.
    check_consistent(paths, latest=f"{home.versions[0]}.5")


def test_kill_9(home: Prepared, tmp_path: Path) -> None:
    """Processes that are really killed, just after readers were given another release."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tests.builders import empty_installation\n"
        "from tests.release import test_killed\n"
        "from tests.release.killing import watched\n"
        "paths = empty_installation(Path(sys.argv[1]))\n"
        "def seen(number, _):\n"
        "    if number == int(sys.argv[3]):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "with watched(paths.project, seen):\n"
        "    getattr(test_killed, sys.argv[2])(paths)\n"
    )
    started = []
    for operation, target in ((publish_it, home.versions[3]), (take_it_back, home.versions[1])):
        writes = writes_of(operation, copied(home.paths, tmp_path / f"{operation.__name__}-whole"))
        number = writes.index("replace data/published/jeu/latest") + 2
        paths = copied(home.paths, tmp_path / operation.__name__)
        command = [
            sys.executable,
            "-c",
            script,
            str(paths.project),
            operation.__name__,
            str(number),
        ]
        child = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
        started.append((child, operation, paths, target))
    for child, operation, paths, target in started:
        said = child.communicate()[1]
        assert child.returncode == -signal.SIGKILL, said
        assert _pointed(paths) == target
        check_readable(paths)
        again(operation, paths)
        check_consistent(paths, latest=target)


# --- runs -------------------------------------------------------------------------------


@contextmanager
def replayed(home: Prepared, content: str, *, stopped: bool) -> Iterator[None]:
    """A run has the tables it made once, with the content asked for: only its tail is real.

    ``stopped``: the gate finds fault with them.
    """
    made = home.made
    asked = _said(made, content)
    found = [BLOCKED] if stopped else []

    def build(*arguments: Any) -> Release:
        return replace(asked, version=arguments[5])

    def differs(_job: object, release: Release, _before: object, findings: Any, *_: object) -> Any:
        return {**made["difference_of"], "findings": [one.as_json() for one in findings]}

    with pytest.MonkeyPatch.context() as patch:
        for name in ("load_geocoder", "assemble", "tables_of"):
            patch.setattr(pipeline, name, lambda *_, said=made[name]: said)
        for name in ("harvest", "correct", "_register"):
            patch.setattr(pipeline, name, lambda *_: None)
        patch.setattr(pipeline, "inputs_of", lambda *_: asked.inputs)
        patch.setattr(pipeline, "created_of", lambda *_: asked.created)
        patch.setattr(pipeline, "compose_release", build)
        patch.setattr(pipeline, "difference_of", differs)
        patch.setattr(compose, "judge", lambda *_, **__: list(found))
        patch.setattr(pipeline, "render_difference", lambda _: "<p>écarts</p>")
        patch.setattr(compose, "release_errors", lambda *_: [])
        patch.setattr(staging, "write_release", partial(_write_again, made))
        yield


def _write_again(made: dict[str, Any], release: Release, folder: Path) -> None:
    """The files of a release; those of the same content and version are made once."""
    name = f"files of {release.version} {release.content}"
    if name not in made:
        with tempfile.TemporaryDirectory() as apart, pytest.MonkeyPatch.context() as patch:
            patch.setattr(publish, "FORMATS", FORMATS)
            write_release(release, Path(apart))
            made[name] = {one.name: one.read_bytes() for one in Path(apart).iterdir()}
    for file, content in sorted(made[name].items()):
        (folder / file).write_bytes(content)


def run(paths: Paths) -> pipeline.Outcome:
    return pipeline.publish(pipeline.prepare("jeu", paths), [None], paths)  # type: ignore[list-item]


@pytest.mark.parametrize("stopped", [False, True])
def test_the_tail_of_a_run(home: Prepared, tmp_path: Path, stopped: bool) -> None:
    def operation(paths: Paths) -> None:
        with replayed(home, "neuf", stopped=stopped):
            run(paths)

    def then(paths: Paths) -> None:
        with replayed(home, "neuf", stopped=stopped):
            outcome = run(paths)
        assert outcome.status in (("held",) if stopped else ("published", "unchanged"))
        check_consistent(paths, latest=home.versions[2 if stopped else 3])
        staged = store.staged_release(paths, "jeu")
        assert (staged is not None) == stopped
        content = store.recorded(staged.folder if staged else store.latest(paths, "jeu"), "content")
        assert content == _content_of("neuf")
        assert paths.release_ledger("jeu", outcome.version).is_file()
        assert paths.pairs("jeu").is_file()

    at_each_write(operation, home.paths, tmp_path, then)


def test_a_run(home: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of it, killed here and there; the run that follows publishes."""
    monkeypatch.setattr(publish, "FORMATS", FORMATS)
    chosen = random.Random(5).sample(range(1, home.writes + 1), 2)

    def operation(paths: Paths) -> None:
        file = paths.project / "essai.csv"
        file.write_text(ROWS.replace("12 quai", "14 quai"), encoding="utf-8")
        assert pipeline.run("jeu", paths).status == "published"

    moments = 0
    for moment in killed_moments(operation, home.paths, tmp_path, only=chosen.__contains__):
        check_readable(moment.paths)
        pipeline.run("jeu", moment.paths)
        check_consistent(moment.paths, latest=home.versions[3])
        places = store.read_table(store.latest(moment.paths, "jeu"), "lieux")
        assert places["adresse"].str.contains("14 quai", case=False).sum() == 1
        moments += 1
    assert moments == 2


# --- decisions on pairs and tolerances ---------------------------------------------------

PAIR = PairDecision((("essai", "1"), ("autre", "2")), True, WHY, WHO, DAY)
TOLERANCE = Tolerance("max_category_loss_pct", 80, "", "", WHY, WHO, DAY)
RELEASE = ReleaseDecision("held", "2026-11-27.4", "0f" * 32, WHY, WHO, DAY)


@pytest.mark.parametrize(
    ("append", "entry", "kind"),
    [
        (append_pair, PAIR, "pairs"),
        (append_tolerance, TOLERANCE, "tolerances"),
        (append_release, RELEASE, "releases"),
    ],
)
def test_an_entry_of_the_decisions(
    home: Prepared, tmp_path: Path, append: Callable[..., object], entry: Any, kind: str
) -> None:
    before = load_decisions("jeu", home.paths)

    def then(paths: Paths) -> None:
        found = load_decisions("jeu", paths)
        assert found == before or getattr(found, kind)[-1] == entry
        if found == before:
            append("jeu", entry, paths)
        assert getattr(load_decisions("jeu", paths), kind) == (*getattr(before, kind), entry)

    at_each_write(lambda paths: append("jeu", entry, paths), home.paths, tmp_path, then)


def test_answered_pairs(home: Prepared, tmp_path: Path) -> None:
    """All the answers of a file or none, and giving it back twice writes them once."""
    file = tmp_path / "rendu.csv"
    asked = "reponse,source_1,cle_1,source_2,cle_2\n{}essai,1,essai,2\n{}essai,3,essai,4\n"
    file.write_text(asked.format("m\u00eame,", "diff\u00e9rent,"), encoding="utf-8")

    def accept(paths: Paths) -> None:
        accept_pairs(file, paths, dataset="jeu", author=WHO, reason=WHY, today=date(2026, 11, 27))

    def then(paths: Paths) -> None:
        assert len(load_decisions("jeu", paths).pairs) in (0, 2)
        accept(paths)
        assert [one.same for one in load_decisions("jeu", paths).pairs] == [True, False]
        assert decisions_path("jeu", paths).read_text(encoding="utf-8").count("[[pair]]") == 2

    at_each_write(accept, home.paths, tmp_path, then)

"""What an update, a kill, a full disk or a bad sector leave, and how it is made good again."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from opendata.errors import ReferenceDataError
from opendata.fetch import fetch, snapshots, utc_now
from opendata.geocode.ban_files import ban_files, read_ban
from opendata.geocode.communes import load_reference
from opendata.geocode.update import (
    BAN_URL,
    COMMUNES_URL,
    EPCI_URL,
    UpdateResult,
    store,
    update_reference,
)
from opendata.geocode.update.communes import restore_communes
from opendata.geocode.update.state import reference_state
from opendata.language import Text
from opendata.model import FetchOutcome, Source
from opendata.paths import Paths
from tests.geocode.test_update import EPCIS, commune
from tests.geocode.test_update_ban import address, extract, pack


class Mirror:
    """A folder that stands in for the network, and a clock that moves a day at each request."""

    def __init__(self, home: Path, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.days, self.asked = folder, 0, 0
        self.paths = Paths(home=home, catalog=folder, mirror=folder)
        self.entries: list[str] = []

    def give(self, url: str, content: bytes) -> None:
        name = f"{len(self.entries)}.bin"
        if (entry := f'[[file]]\nurl = "{url}"\n') not in "".join(self.entries):
            self.entries.append(f'{entry}path = "{name}"\n')
        else:
            name = f"{next(n for n, one in enumerate(self.entries) if entry in one)}.bin"
        (self.folder / name).write_bytes(content)
        (self.folder / "mirror.toml").write_text("".join(self.entries))

    def fetch(self, source: Source, paths: Paths) -> FetchOutcome:
        self.asked += 1
        return fetch(source, paths, now=lambda: utc_now() + timedelta(days=self.days))

    def update(self, *departements: str) -> list[UpdateResult]:
        self.days += 1
        wanted = departements or ("45",)
        return list(update_reference(wanted, self.paths, ban=True, fetch=self.fetch))

    def addresses(self, count: int, departement: str = "45") -> None:
        lines = [address(n, code_insee=f"{departement}234") for n in range(1, count + 1)]
        self.give(BAN_URL.format(departement=departement), pack(extract(lines)))


@pytest.fixture
def mirror_of_45(tmp_path: Path) -> Mirror:
    made = Mirror(tmp_path / "data", tmp_path / "mirror")
    made.give(EPCI_URL, json.dumps(EPCIS).encode())
    made.give(COMMUNES_URL.format(departement="45"), json.dumps([commune()]).encode())
    made.addresses(8)
    return made


def files(paths: Paths) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(paths.reference.iterdir())}


# --- reading the address files --------------------------------------------------------------


def test_the_files_in_use_are_listed_from_their_notes(mirror_of_45: Mirror) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    (file,) = ban_files(paths).values()
    note = json.loads((paths.reference / "ban-45.json").read_bytes())
    assert (file.departement, file.path.name) == ("45", "ban-45.parquet")
    assert (file.vintage, file.sha256) == (note["vintage"], note["sha256"])
    assert (file.addresses, file.licence) == (8, "etalab-2.0")
    assert "Base Adresse Nationale" in file.attribution


@pytest.mark.parametrize("note", [None, "{", "[]", "{}"])
def test_a_file_without_a_readable_note_is_listed_and_read(
    mirror_of_45: Mirror, note: str | None
) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    before, path = ban_files(paths)["45"], paths.reference / "ban-45.json"
    path.unlink()
    if note is not None:
        path.write_text(note)
    file = ban_files(paths)["45"]
    assert (file.vintage, file.licence, file.addresses) == ("", "", 8)
    assert file.sha256 == before.sha256
    warnings: list[Text] = []
    assert read_ban(file, paths, warnings).num_rows == 8
    assert warnings == []


def spoil(content: bytes) -> bytes:
    """One bit turned in the middle, which Parquet itself would not notice."""
    at = len(content) // 3
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize("damage", [spoil, lambda content: b"", lambda content: content[:-9]])
def test_a_damaged_file_is_made_again_from_its_copy(mirror_of_45: Mirror, damage: Any) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    file, good = ban_files(paths)["45"], files(paths)
    table = read_ban(file, paths)
    file.path.write_bytes(damage(good["ban-45.parquet"]))
    warnings: list[Text] = []
    again = read_ban(file, paths, warnings)
    assert again.equals(table)
    assert again.schema.metadata == table.schema.metadata
    assert files(paths) == good
    assert len(warnings) == 1
    assert "ban-45.parquet" in warnings[0].fr
    assert "made again" in warnings[0].en
    assert read_ban(file, paths, warnings).equals(table)
    assert len(warnings) == 1


def test_a_file_that_cannot_be_written_again_is_read_all_the_same(
    mirror_of_45: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    file = ban_files(paths)["45"]
    table = read_ban(file, paths)
    file.path.write_bytes(b"PAR1")
    monkeypatch.setattr(store, "_sync", full_disk)
    warnings: list[Text] = []
    assert read_ban(file, paths, warnings).equals(table)
    assert "sans pouvoir l'écrire" in warnings[0].fr
    assert not list(paths.reference.glob("*.part"))


@pytest.mark.parametrize("raw", ["gone", "damaged", "another"])
def test_a_file_whose_copy_is_lost_is_named_with_what_to_do(mirror_of_45: Mirror, raw: str) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    file, folder = ban_files(paths)["45"], paths.raw_source("reference-ban-45")
    if raw == "gone":
        shutil.rmtree(folder)
    elif raw == "damaged":
        copy = snapshots("reference-ban-45", paths)[0].path
        copy.write_bytes(spoil(copy.read_bytes()))
    else:
        path = paths.reference / "ban-45.json"
        path.write_text(
            path.read_text().replace(json.loads(path.read_text())["source_sha256"], "0" * 64)
        )
    file.path.write_bytes(b"PAR1")
    with pytest.raises(ReferenceDataError) as caught:
        read_ban(file, paths)
    assert caught.value.code == "ban_illisible"
    for sentence in (caught.value.fr, caught.value.en):
        assert str(file.path) in sentence
        assert "opendata reference update --departement 45" in sentence
    # What it says to do helps.
    assert mirror_of_45.update()[1].ok
    assert read_ban(ban_files(paths)["45"], paths).num_rows == 8


def test_a_file_renewed_since_it_was_listed_is_read(mirror_of_45: Mirror) -> None:
    mirror_of_45.update()
    file = ban_files(mirror_of_45.paths)["45"]
    mirror_of_45.addresses(9)
    mirror_of_45.update()
    warnings: list[Text] = []
    assert read_ban(file, mirror_of_45.paths, warnings).num_rows == 9
    assert warnings == []


# --- stopped in the middle ------------------------------------------------------------------


class StoppedError(BaseException):
    """A kill: nothing of the program runs after it."""


def test_killed_between_the_table_and_its_note(
    mirror_of_45: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    old = read_ban(ban_files(paths)["45"], paths)
    mirror_of_45.addresses(9)
    rename = Path.replace

    def stop(self: Path, target: Path) -> Path:
        if Path(target).name == "ban-45.json":
            raise StoppedError
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises(StoppedError):
            mirror_of_45.update()
    # The note speaks of the old table: that is the one everybody gets.
    assert [one["state"] for one in reference_state(paths)] == ["en_usage", "abime"]
    warnings: list[Text] = []
    assert read_ban(ban_files(paths)["45"], paths, warnings).equals(old)
    assert len(warnings) == 1
    _, ban = mirror_of_45.update()
    assert (ban.ok, ban.changed, ban.addresses) == (True, True, 9)


def test_an_update_that_was_stopped_makes_only_what_is_missing(mirror_of_45: Mirror) -> None:
    mirror = mirror_of_45
    for departement in ("41", "36"):
        entry = commune(f"{departement}018", codeDepartement=departement)
        mirror.give(COMMUNES_URL.format(departement=departement), json.dumps([entry]).encode())
        mirror.addresses(4, departement)
    results = update_reference(["36", "41", "45"], mirror.paths, ban=True, fetch=mirror.fetch)
    first = [next(results) for _ in range(3)]
    results.close()
    assert [(one.departement, one.kind) for one in first] == [
        ("36", "communes"), ("36", "ban"), ("41", "communes"),
    ]  # fmt: skip
    rest = mirror.update("36", "41", "45")
    assert [one.changed for one in rest] == [False, False, False, True, True, True]
    assert all(one.ok for one in rest)
    assert not any(one.changed for one in mirror.update("36", "41", "45"))


def test_new_names_of_epci_make_the_communes_again(mirror_of_45: Mirror) -> None:
    mirror_of_45.update()
    renamed = [{"code": "299999999", "nom": "Orléans Univers"}]
    mirror_of_45.give(EPCI_URL, json.dumps(renamed).encode())
    communes, ban = mirror_of_45.update()
    assert (communes.changed, ban.changed) == (True, False)
    assert load_reference(mirror_of_45.paths).current.loc["45234", "epci_nom"] == "Orléans Univers"


def test_names_of_epci_that_do_not_come_leave_those_of_before(mirror_of_45: Mirror) -> None:
    mirror_of_45.update()
    before = files(mirror_of_45.paths)
    mirror_of_45.give(EPCI_URL, b"<html>")
    communes, _ = mirror_of_45.update()
    assert (communes.ok, communes.changed) == (True, False)
    assert "noms des intercommunalités non mis à jour" in communes.fr
    assert files(mirror_of_45.paths) == before


# --- a full disk ----------------------------------------------------------------------------


def full_disk(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "where", ["table", "sync", "note"], ids=["writing the table", "at its end", "writing the note"]
)
def test_a_full_disk_leaves_the_vintage_in_use(
    mirror_of_45: Mirror, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    first = mirror_of_45.update()
    paths = mirror_of_45.paths
    before = files(paths)
    mirror_of_45.addresses(9)
    if where == "table":
        monkeypatch.setattr(pq.ParquetWriter, "write_table", full_disk)
    elif where == "sync":
        monkeypatch.setattr(store, "_sync", full_disk)
    else:
        monkeypatch.setattr(store, "sha256_of", full_disk)
    ban = mirror_of_45.update()[1]
    assert not ban.ok
    assert "plein" in ban.fr
    assert "is full" in ban.en
    assert str(paths.reference) in ban.fr
    assert f"le millésime {first[1].vintage} reste en usage" in ban.fr
    assert "\n" not in ban.fr
    assert files(paths) == before


def test_a_full_disk_while_downloading_is_told(
    mirror_of_45: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_of_45.update()
    before = files(mirror_of_45.paths)
    mirror_of_45.addresses(9)
    monkeypatch.setattr("opendata.fetch.local.write_bounded", full_disk)
    communes, ban = mirror_of_45.update()
    for result in (communes, ban):
        assert not result.ok
        assert "libérer de la place" in result.fr
    assert files(mirror_of_45.paths) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KB; the test is skipped where it cannot be made."""
    disk, mount = tmp_path / "disk", shutil.which("mount")
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if (
        os.geteuid() != 0
        or mount is None
        or subprocess.run([mount, *options], check=False).returncode
    ):
        pytest.skip("needs to be root and to be allowed to mount a tmpfs")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, mirror_of_45: Mirror, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reference").symlink_to(small_disk)
    mirror_of_45.update()
    before = files(mirror_of_45.paths)
    lines = [address(n % 9999, id=os.urandom(16).hex()) for n in range(20_000)]
    mirror_of_45.give(BAN_URL.format(departement="45"), pack(extract(lines)))
    ban = mirror_of_45.update()[1]
    assert not ban.ok
    assert "plein" in ban.fr
    assert files(mirror_of_45.paths) == before


# --- copies in data/raw ---------------------------------------------------------------------


def test_two_copies_are_kept_and_the_one_in_use(mirror_of_45: Mirror) -> None:
    paths = mirror_of_45.paths
    used = []
    for count in (8, 9, 10, 11):
        mirror_of_45.addresses(count)
        mirror_of_45.update()
        used.append(snapshots("reference-ban-45", paths)[0].sha256)
    kept = [copy.sha256 for copy in snapshots("reference-ban-45", paths)]
    assert kept == used[:1:-1]
    # Extracts that are refused push out each other, never the one in use.
    for count in (1, 2, 3):
        mirror_of_45.addresses(count)
        assert not mirror_of_45.update()[1].ok
    kept = [copy.sha256 for copy in snapshots("reference-ban-45", paths)]
    assert len(kept) == 3
    assert kept[-1] == used[-1]
    assert json.loads((paths.reference / "ban-45.json").read_bytes())["source_sha256"] == used[-1]
    names = sorted(path.name for path in paths.raw_source("reference-ban-45").iterdir())
    assert len(names) == 2 * len(kept) + 1


def test_a_file_that_changes_back_and_forth_does_not_pile_up(mirror_of_45: Mirror) -> None:
    for count in (8, 9, 8, 9, 8, 9):
        mirror_of_45.addresses(count)
        assert mirror_of_45.update()[1].addresses == count
    assert len(snapshots("reference-ban-45", mirror_of_45.paths)) == 2


def test_copies_of_communes_and_names_are_two_as_well(mirror_of_45: Mirror) -> None:
    for name in "abcd":
        mirror_of_45.give(EPCI_URL, json.dumps([{"code": "1", "nom": name}]).encode())
        entry = json.dumps([commune(nom=name)]).encode()
        mirror_of_45.give(COMMUNES_URL.format(departement="45"), entry)
        mirror_of_45.update()
    for source in ("reference-epcis", "reference-communes-45"):
        assert len(snapshots(source, mirror_of_45.paths)) == 2


def test_what_a_kill_left_of_a_deleted_copy_goes_too(mirror_of_45: Mirror) -> None:
    mirror_of_45.update()
    folder = mirror_of_45.paths.raw_source("reference-ban-45")
    lost = folder / "2020-01-01T000000Z-0123456789ab.csv.gz.json"
    lost.write_text("{}")
    mirror_of_45.update()
    assert not lost.exists()
    assert len(list(folder.iterdir())) == 3


# --- communes made again --------------------------------------------------------------------


def test_damaged_communes_are_made_again_from_their_copy(mirror_of_45: Mirror) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    good = files(paths)
    (paths.reference / "communes-45.parquet").write_bytes(b"PAR1")
    assert restore_communes("45", paths) == snapshots("reference-communes-45", paths)[0]
    assert files(paths) == good


def test_communes_without_their_copy_stay_damaged(mirror_of_45: Mirror) -> None:
    mirror_of_45.update()
    paths = mirror_of_45.paths
    shutil.rmtree(paths.raw_source("reference-communes-45"))
    assert restore_communes("45", paths) is None

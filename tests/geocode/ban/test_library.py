"""The départements at hand: indexes made once, made again when damaged, few in memory."""

import gc
import json
import shutil
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from opendata.errors import OpendataError, ReferenceDataError
from opendata.geocode.ban import index as files
from opendata.geocode.ban import library, version
from opendata.geocode.ban.index import Index
from opendata.geocode.ban.library import IN_MEMORY, Library
from opendata.geocode.update import COMMUNES_URL, EPCI_URL
from opendata.paths import Paths
from tests.geocode.ban.town import ORLEANS, PARIS_6, install, street, table, towns
from tests.geocode.test_update import EPCIS, commune
from tests.geocode.test_update_again import Mirror


def index_folder(paths: Paths, departement: str = "45") -> Path:
    """The only index of a département on disk."""
    (folder,) = (paths.state / "geocode" / "index" / departement).iterdir()
    return folder


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry per index that is made: its addresses."""
    made: list[int] = []
    build = files.build

    def counted(addresses: Any) -> Any:
        made.append(addresses.num_rows)
        return build(addresses)

    monkeypatch.setattr(files, "build", counted)
    return made


def streets(index: Index | None) -> list[str]:
    assert index is not None
    return index.name


def test_an_index_is_made_once(paths: Paths, builds: list[int]) -> None:
    install(paths, "45")
    first = Library(paths)
    assert "Rue Haute" in streets(first.open("45"))
    assert first.open("45") is first.open("45")
    assert streets(Library(paths).open("45")) == streets(first.open("45"))
    assert builds == [len(towns()["45"])]
    assert first.warnings == []


def test_no_addresses_downloaded(paths: Paths) -> None:
    install(paths, "45")
    here = Library(paths)
    assert here.open("75") is None
    assert here.open("") is None
    assert Library(Paths(paths.home / "none", paths.catalog, None)).open("45") is None


def test_what_is_held(paths: Paths) -> None:
    install(paths, "45")
    install(paths, "75", vintage="2026-10-01")
    held = Library(paths).held
    assert {one: file.vintage for one, file in held.items()} == {
        "45": "2026-11-01",
        "75": "2026-10-01",
    }
    assert held["45"].addresses == len(towns()["45"])


# --- the fingerprint ----------------------------------------------------------------------


def test_equal_addresses_have_equal_fingerprints(paths: Paths, tmp_path: Path) -> None:
    install(paths, "45")
    install(paths, "75")
    here = Library(paths)
    assert here.fingerprint(["45", "75"]) == here.fingerprint(["75", "45", "45"])
    assert here.fingerprint(["45"]) != here.fingerprint(["75"])
    assert here.fingerprint([]) == here.fingerprint(["33"])
    other = Paths(tmp_path / "other", paths.catalog, None)
    install(other, "45")
    assert Library(other).fingerprint(["45"]) == here.fingerprint(["45"])


def test_other_addresses_or_other_code_have_another(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(paths, "45")
    before = Library(paths).fingerprint(["45"])
    install(paths, "45", towns()["45"][:-1])
    after = Library(paths).fingerprint(["45"])
    assert after != before
    monkeypatch.setattr(library, "code_version", lambda: "other code")
    assert Library(paths).fingerprint(["45"]) not in (before, after)


def test_the_version_is_that_of_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every file of the matcher, and of nothing that changes from one machine to another."""
    here = Path(version.__file__).parents[1]
    for folder in ("one", "two"):
        shutil.copytree(here / "ban", tmp_path / folder / "ban")
        for file in here.glob("*.py"):
            shutil.copy(file, tmp_path / folder)
    shutil.copy(here.parent / "schema.py", tmp_path)

    def of(folder: str) -> str:
        monkeypatch.setattr(version, "__file__", str(tmp_path / folder / "ban" / "version.py"))
        return str(version.code_version.__wrapped__())

    before = of("one")
    assert before == of("two") == version.code_version()
    for name in ("ban/words.py", "ban/houses.py", "addresses.py"):
        file = tmp_path / "two" / name
        content = file.read_bytes()
        file.write_bytes(content + b"#")
        assert of("two") != before
        file.write_bytes(content)
    assert of("two") == before


# --- in memory ----------------------------------------------------------------------------


def test_few_departements_are_in_memory(paths: Paths, builds: list[int]) -> None:
    departements = [f"{number:02}" for number in range(1, IN_MEMORY + 3)]
    for one in departements:
        install(paths, one, street(ORLEANS._replace(code=f"{one}001"), "Rue Haute", (1,)))
    here = Library(paths)
    opened: dict[str, weakref.ReferenceType[Index]] = {}

    def in_memory() -> list[str]:
        gc.collect()
        return [one for one, index in opened.items() if index() is not None]

    for place, one in enumerate(departements):
        index = here.open(one)
        assert index is not None
        opened[one] = weakref.ref(index)
        del index
        assert in_memory() == departements[max(0, place + 1 - IN_MEMORY) : place + 1]
    # The one asked for last stays longest, and one that was put away comes back from the disk.
    oldest, *_ = in_memory()
    here.open(oldest)
    here.open(departements[0])
    assert oldest in in_memory()
    assert len(in_memory()) <= IN_MEMORY
    assert len(builds) == len(departements)


# --- on disk ------------------------------------------------------------------------------


def test_old_vintages_are_forgotten(paths: Paths) -> None:
    install(paths, "45")
    install(paths, "75")
    for one in ("45", "75"):
        Library(paths).open(one)
    old, other = index_folder(paths), index_folder(paths, "75")
    install(paths, "45", street(ORLEANS, "Rue Basse", (1,)), vintage="2026-12-01")
    assert streets(Library(paths).open("45")) == ["Rue Basse"]
    assert index_folder(paths) != old
    assert index_folder(paths, "75") == other


def test_an_index_of_other_code_is_made_again(
    paths: Paths, builds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(paths, "45")
    Library(paths).open("45")
    old = index_folder(paths)
    monkeypatch.setattr(library, "code_version", lambda: "other code")
    Library(paths).open("45")
    assert len(builds) == 2
    assert index_folder(paths) != old


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _without_its_end(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-8])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(Path.unlink, id="absent"),
        pytest.param(lambda file: file.write_bytes(b""), id="empty"),
        pytest.param(lambda file: file.write_bytes(b"\0" * 5000), id="zeros"),
        pytest.param(_cut, id="cut in half"),
        pytest.param(_without_its_end, id="without its end"),
    ],
)
@pytest.mark.parametrize("name", ["streets.arrow", "numbers.arrow"])
def test_a_damaged_index_is_made_again(
    paths: Paths, builds: list[int], name: str, damage: Callable[[Path], object]
) -> None:
    install(paths, "45")
    expected = streets(Library(paths).open("45"))
    damage(index_folder(paths) / name)
    assert streets(Library(paths).open("45")) == expected
    assert len(builds) == 2
    assert streets(Library(paths).open("45")) == expected
    assert len(builds) == 2


def test_an_index_needs_no_parquet(paths: Paths, builds: list[int]) -> None:
    """The Parquet is read only to make an index: a run is not slowed down by checking it."""
    file = install(paths, "45")
    expected = streets(Library(paths).open("45"))
    file.write_bytes(b"damaged since")
    assert streets(Library(paths).open("45")) == expected
    assert len(builds) == 1


# --- a damaged Parquet --------------------------------------------------------------------


@pytest.fixture
def updated(tmp_path: Path) -> Paths:
    """An installation whose addresses came by an update: their download is kept."""
    made = Mirror(tmp_path / "data", tmp_path / "mirror")
    made.give(EPCI_URL, json.dumps(EPCIS).encode())
    made.give(COMMUNES_URL.format(departement="45"), json.dumps([commune()]).encode())
    made.addresses(8)
    assert all(result.ok for result in made.update())
    return made.paths


def test_a_damaged_parquet_is_made_again_from_the_download(updated: Paths) -> None:
    file = updated.reference / "ban-45.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    here = Library(updated)
    assert streets(here.open("45")) == ["Rue des Carmes"]
    (warning,) = here.warnings
    assert "ban-45.parquet" in warning.fr
    assert "a été refait" in warning.fr
    assert "was made again" in warning.en
    assert pq.read_table(file).num_rows == 8
    assert Library(updated).warnings == []


def test_a_damaged_parquet_without_its_download_is_one_sentence(updated: Paths) -> None:
    (updated.reference / "ban-45.parquet").write_bytes(b"PAR1")
    shutil.rmtree(updated.raw)
    with pytest.raises(ReferenceDataError) as refused:
        Library(updated).open("45")
    assert "ban-45.parquet" in str(refused.value)
    assert "opendata reference update --departement 45" in str(refused.value)
    assert "\n" not in str(refused.value)
    # Nothing half made is left behind, and the other départements are as before.
    assert not (updated.state / "geocode").exists()
    install(updated, "75", street(PARIS_6, "Rue Madame", (1,)))
    assert streets(Library(updated).open("75")) == ["Rue Madame"]


def test_a_parquet_without_its_note_is_read(paths: Paths) -> None:
    install(paths, "45").with_suffix(".json").unlink()
    here = Library(paths)
    assert "Rue Haute" in streets(here.open("45"))
    assert here.held["45"].addresses == len(towns()["45"])


def test_a_parquet_of_another_note_is_refused(paths: Paths) -> None:
    """A kill between table and note: the note speaks of other bytes."""
    note = install(paths, "45").with_suffix(".json")
    content = json.loads(note.read_text(encoding="utf-8"))
    note.write_text(json.dumps(content | {"sha256": "0" * 64}), encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="sha256"):
        Library(paths).open("45")


# --- a disk that refuses ------------------------------------------------------------------


def test_an_index_that_cannot_be_written_is_one_sentence(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: the addresses are used without keeping their index, or one sentence is said."""
    install(paths, "45")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library.files, "save", full)
    try:
        assert "Rue Haute" in streets(Library(paths).open("45"))
    except OpendataError as refused:
        assert "No space left" in str(refused)


def test_addresses_of_none(paths: Paths) -> None:
    file = install(paths, "45")
    pq.write_table(table([]), file)
    file.with_suffix(".json").unlink()
    index = Library(paths).open("45")
    assert index is None or index.name == []

"""Bad input of every kind: one clear sentence, the right exit status, and nothing else lost.

Each line of CASES is an input, the words its message must hold, the exit status of
``opendata check`` and how many of the four rows are still accepted (None: the file is
refused whole, and the last good copy stands).
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from opendata import pipeline
from opendata.cli import main
from opendata.paths import Paths
from opendata.release import store
from tests.builders import ROWS, edit_dataset, edit_source, small_dataset, small_source

Breakage = Callable[[Paths, Path], None]


def content(text: str | bytes) -> Breakage:
    def breakage(paths: Paths, file: Path) -> None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    return breakage


def replaced(old: str, new: str) -> Breakage:
    assert old in ROWS
    return content(ROWS.replace(old, new))


def source(old: str, new: str, text: str | bytes = ROWS) -> Breakage:
    def breakage(paths: Paths, file: Path) -> None:
        content(text)(paths, file)
        edit_source(paths, "essai", old, new)

    return breakage


def huge(paths: Paths, file: Path) -> None:
    with file.open("wb") as handle:
        handle.truncate(300_000_000)


def zip_bomb(paths: Paths, file: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(b"\0" * 1_000_000)
    file.write_bytes(buffer.getvalue())
    edit_source(paths, "essai", 'format = "csv"', 'format = "xlsx"')


CSV, JSON = 'format = "csv"', 'format = "json"'
CASES: dict[str, tuple[Breakage, tuple[str, ...], int, int | None]] = {
    # -- the catalogue -------------------------------------------------------------------
    "a key with a slip": (source('licence =', 'license ='),
                          ("essai.toml", "license", "« licence »"), 2, None),
    "a field the schema lacks": (source("telephone =", "telefon ="),
                                 ("essai.toml", "mapping.telefon", "« telephone »"), 2, None),
    "a licence nobody knows": (source("etalab-2.0", "etalab2"),
                               ("essai.toml", "licence", "etalab2", "« etalab-2.0 »"), 2, None),
    "a file that is not there": (source("essai.csv", "esai.csv"),
                                 ("essai.toml", "fetch.file", "esai.csv"), 2, None),
    "a TOML cut short": (source("[mapping]", "[mapping"), ("essai.toml", "TOML"), 2, None),
    # -- the file ------------------------------------------------------------------------
    "an empty file": (content(b""), ("essai", "vide"), 3, None),
    "a header alone": (content("id;nom;adresse;cp;ville;tel;mel\n"),
                       ("essai", "0 lignes", "au moins 1"), 3, None),
    "an HTML page": (content("<!DOCTYPE html><html><body>Erreur 404</body></html>"),
                     ("essai", "HTML"), 3, None),
    "a JSON cut short": (source(CSV, JSON, '[{"id": "1", "nom": "A"}, {"id": "2", "no'),
                         ("JSON", "ligne 1"), 3, None),
    "a JSON without its records": (
        source(CSV, 'format = "json"\nrecords = "lieux.*"', '{"resultats": [{"id": "1"}]}'),
        ("lieux",), 3, None),
    "another delimiter than declared": (source(CSV, 'format = "csv"\ndelimiter = ","'),
                                        ("« id »", "colonne", "séparateur"), 3, None),
    "a missing column": (replaced("id;nom;", "id;name;"), ("« nom »", "colonne"), 3, None),
    "a zip bomb": (zip_bomb, ("xlsx", "décompress"), 3, None),
    "300 MB beyond the bound": (huge, ("200",), 3, None),
    "a workbook that is not one": (source(CSV, 'format = "xlsx"', b"PK\3\4 not a workbook"),
                                   ("abîmé",), 3, None),
    "a quote never closed": (content(ROWS + '5;"EPN ouvert;1 rue X;45000;Orléans;;\n' * 1),
                             ("guillemet",), 0, 5),
    # -- the rows ------------------------------------------------------------------------
    "a key given twice": (replaced("\n2;", "\n1;"), ("« 1 »", "déjà", "ligne 3"), 0, 3),
    "a row without a key": (replaced("\n2;", "\n;"), ("identifiant", "ligne 3"), 0, 3),
    "a row without a name": (replaced("Atelier des Mariniers", ""), ("« Nom »", "requis"), 0, 3),
    "a ragged line": (replaced(";02 61 91 00 02;", ""), ("cellules", "ligne 3"), 0, 4),
    # -- the values ----------------------------------------------------------------------
    "bytes that are not UTF-8": (content(ROWS.encode().replace(b"Orl\xc3\xa9ans", b"Orl\xe9ans")),
                                 (), 0, 4),
    "NUL bytes": (content(ROWS.encode().replace(b"Blois", b"Bl\0ois")), ("nuls",), 0, 4),
    "a telephone of 300 digits": (replaced("02 61 91 00 01", "0" * 300),
                                  ("téléphone", "0000"), 0, 4),
    "a foreign telephone": (replaced("02 61 91 00 01", "+32 2 123 45 67"),
                            ("étranger", "+32 2 123 45 67"), 0, 4),
    "an e-mail that is none": (replaced("contact@exemple.fr", "contact(exemple)"),
                               ("adresse électronique", "contact(exemple)"), 0, 4),
    "a name that is a formula": (replaced("Espace numérique des", "=2+3 Espace des"),
                                 ("formule",), 0, 4),
}  # fmt: skip


@pytest.fixture
def command(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Run ``opendata`` in this process; returns its exit status and all it printed."""
    monkeypatch.setenv("OPENDATA_HOME", str(paths.home))
    monkeypatch.setenv("OPENDATA_CATALOG", str(paths.catalog))

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        output = capsys.readouterr()
        return int(stopped.value.code or 0), output.out + output.err

    return run


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, paths: Paths, command: Callable[..., tuple[int, str]]) -> None:
    breakage, words, status, accepted = CASES[name]
    breakage(paths, small_source(paths))
    small_dataset(paths)
    found, said = command("check", "essai")
    assert "Traceback" not in said
    assert found == status, said
    assert all(word in said for word in words), said
    if accepted is None:
        assert len(said.strip().splitlines()) == 1, f"one sentence is meant: {said}"
    else:
        assert f"{accepted} acceptées" in said


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2] == 3])
def test_a_refused_file_leaves_the_last_release_untouched(
    name: str, released: Paths, command: Callable[..., tuple[int, str]]
) -> None:
    paths = released
    before = store.latest(paths, "jeu")
    assert before is not None
    lieux = (before / "lieux.csv").read_bytes()
    CASES[name][0](paths, paths.project / "essai.csv")
    line = pipeline.run("jeu", paths, review="never").report["sources"][0]
    # Where the way the source is read was changed too, no copy of it fits any more: its places
    # are those of the last release.
    assert line["etat"] in ("perimee", "conservee")
    assert line["publiees"] == 4
    assert line["message_fr"]
    assert line["message_fr"] in command("status", "jeu")[1]
    after = store.latest(paths, "jeu")
    assert after is not None
    assert (before / "lieux.csv").read_bytes() == lieux
    assert _places(after) == _places(before)


def _places(folder: Path) -> list[str]:
    text = (folder / "lieux.csv").read_text(encoding="utf-8")
    return [line.rsplit(",", 2)[0] for line in text.splitlines()]


def test_a_deposit_of_nothing(paths: Paths, command: Callable[..., tuple[int, str]]) -> None:
    small_source(paths)
    status, said = command("deposit", "essai", str(paths.project / "absent.csv"))
    assert (status, "absent.csv" in said) == (2, True)


def test_an_unknown_dataset_and_an_unknown_source(
    paths: Paths, command: Callable[..., tuple[int, str]]
) -> None:
    small_source(paths)
    small_dataset(paths)
    assert command("status", "jeux")[0] == 2
    assert command("check", "esai")[0] == 2
    assert command("check", "x.csv", "--as", "essai")[0] == 2
    edit_dataset(paths, "jeu", '"essai"', '"esai"')
    status, said = command("status", "jeu")
    assert (status, "« essai »" in said) == (2, True)


def test_a_wrong_command_is_usage(command: Callable[..., tuple[int, str]]) -> None:
    assert command("publish")[0] == 2
    assert command("nothing")[0] == 2
    assert command("run", "jeu", "--review", "sometimes")[0] == 2

"""CSV of every French habit: encodings, delimiters, preambles, damaged lines."""

import csv
import io
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.errors import ReadError
from opendata.model import ISSUE_COLUMNS, Fetch
from opendata.read import read


def load(
    folder: Path, content: str | bytes, name: str = "lieux.csv", **options: object
) -> tuple[pd.DataFrame, pd.DataFrame]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table, issues, kind = read(path, Fetch(**options), source="essai")  # type: ignore[arg-type]
    assert kind == "csv"
    assert tuple(issues.columns) == ISSUE_COLUMNS
    assert set(table.dtypes.astype(str)) == {"str"}
    assert table.index.name == "ligne"
    return table, issues


def test_nothing_is_typed_and_cells_are_trimmed(tmp_path: Path) -> None:
    table, issues = load(tmp_path, "code;nom \n01004; Ambérieu \n;NaN\n")
    assert table.to_dict("list") == {"code": ["01004", ""], "nom": ["Ambérieu", "NaN"]}
    assert list(table.index) == [2, 3]
    assert issues.empty


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    table, issues = load(tmp_path, "nom;ville\nMédiathèque;Orléans\n".encode(encoding))
    assert table.loc[2].to_dict() == {"nom": "Médiathèque", "ville": "Orléans"}
    assert issues.empty


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters_are_recognised_in_spite_of_the_others(tmp_path: Path, delimiter: str) -> None:
    rows = [["nom", "position", "note"], *[[f"a{n}", "48.1, 2.3", "x; y | z"] for n in range(9)]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    table, _ = load(tmp_path, text.getvalue())
    assert list(table.columns) == rows[0]
    assert list(table.loc[2]) == rows[1]


def test_a_header_that_two_delimiters_cut_alike_gets_a_second_opinion(tmp_path: Path) -> None:
    table, _ = load(tmp_path, "Nom, prénom;Rue, n°;Ville\n" + "a;b;c\n" * 3)
    assert list(table.columns) == ["Nom, prénom", "Rue, n°", "Ville"]


def test_a_single_column_is_not_cut(tmp_path: Path) -> None:
    table, issues = load(tmp_path, "remarque\noui, peut-être\nnon ; jamais\n")
    assert list(table["remarque"]) == ["oui, peut-être", "non ; jamais"]
    assert issues.empty


def test_the_sep_line_of_excel_is_understood(tmp_path: Path) -> None:
    table, _ = load(tmp_path, "sep=|\r\na,b|c\r\n1,2|3\r\n")
    assert table.to_dict("index") == {3: {"a,b": "1,2", "c": "3"}}


def test_lines_are_physical_lines(tmp_path: Path) -> None:
    table, _ = load(tmp_path, 'a;b\n\n1;"x\ny\nz"\n ;\n2;t\n')
    assert list(table.index) == [3, 7]
    assert table.loc[3, "b"] == "x\ny\nz"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_line_ending_is_one(tmp_path: Path, newline: str) -> None:
    table, issues = load(tmp_path, newline.join(["a;b", "1;2", "3;4"]))
    assert table.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}
    assert issues.empty


def test_header_row_skips_a_preamble(tmp_path: Path) -> None:
    table, _ = load(tmp_path, 'Liste "des lieux\nau 1er mai\nnom;ville\nA;B\n', header_row=3)
    assert table.to_dict("index") == {4: {"nom": "A", "ville": "B"}}


def test_header_names_are_told_apart(tmp_path: Path) -> None:
    table, _ = load(tmp_path, "nom;nom;;nom (2); nom ;\n1;2;3;4;5;6\n")
    expected = ["nom", "nom (2)", "colonne_3", "nom (2) (2)", "nom (3)", "colonne_6"]
    assert list(table.columns) == expected
    assert list(table.loc[2]) == list("123456")
    table, _ = load(tmp_path, "nom (2);nom;nom\n1;2;3\n")
    assert list(table.columns) == ["nom (2)", "nom", "nom (3)"]


def test_ragged_lines_are_padded_or_cut_and_noted(tmp_path: Path) -> None:
    table, issues = load(tmp_path, "a;b;c\n1;2;3\n4\n5;6;7;8;;9\n1;2;3;;\n1;2;3\n")
    assert list(table.loc[3]) == ["4", "", ""]
    assert list(table.loc[4]) == ["5", "6", "7"]
    noted = issues[["source", "row", "code", "value", "detail"]].to_dict("records")
    common = {"source": "essai", "code": "ligne_irreguliere"}
    assert noted == [
        {**common, "row": 3, "value": "", "detail": "1 / 3"},
        {**common, "row": 4, "value": "8 | 9", "detail": "6 / 3"},
    ]


PLACES = "id;nom;adresse;cp;ville;tel\n1;A;2 rue B;45000;Orléans;0261910001\n"


def codes(issues: pd.DataFrame) -> list[tuple[int, str]]:
    return list(zip(issues["row"], issues["code"], strict=True))


@pytest.mark.parametrize(
    ("lines", "adresse"),
    [
        ("2;B;3 rue C\nBât. D;41000;Blois;0261910002", "3 rue C Bât. D"),
        ("2;B;3 rue C\n\n  Bât. D ;41000;Blois;0261910002", "3 rue C Bât. D"),
        ("2;B;3 rue C\nBât. D\nétage 2;41000;Blois;0261910002", "3 rue C Bât. D étage 2"),
        ("2;B;\nBât. D;41000;Blois;0261910002", "Bât. D"),
    ],
    ids=["in two", "around an empty line", "in three", "after an empty piece"],
)
def test_a_record_cut_by_a_line_break_is_joined(tmp_path: Path, lines: str, adresse: str) -> None:
    after = "9;Z;1 rue Y;18000;Bourges;0261910009\n"
    table, issues = load(tmp_path, PLACES + lines + "\n" + after)
    assert list(table["id"]) == ["1", "2", "9"]
    assert list(table.index) == [2, 3, 4 + lines.count("\n")]
    assert list(table.loc[3]) == ["2", "B", adresse, "41000", "Blois", "0261910002"]
    assert codes(issues) == [(3, "ligne_coupee")]
    assert issues.loc[0, "value"] == adresse
    pieces = [str(3 + place) for place, line in enumerate(lines.split("\n")) if line]
    assert issues.loc[0, "detail"] == " + ".join(pieces)


def test_two_cells_of_one_record_may_be_cut(tmp_path: Path) -> None:
    table, issues = load(tmp_path, PLACES + "2;B\nB;3 rue C\nBât. D;41000;Blois;0261910002\n")
    assert list(table.loc[3])[:3] == ["2", "B B", "3 rue C Bât. D"]
    assert issues.loc[0, "value"] == "B B | 3 rue C Bât. D"


def test_records_cut_one_after_the_other_are_told_apart(tmp_path: Path) -> None:
    cut = "".join(f"{n};B;{n} rue C\nBât. D;41000;Blois;026191000{n}\n" for n in range(2, 8))
    table, issues = load(tmp_path, PLACES + cut)
    assert list(table["id"]) == list("1234567")
    assert set(table["ville"]) == {"Orléans", "Blois"}
    assert set(issues["code"]) == {"ligne_coupee"}
    assert len(issues) == 6


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        # Neither sums fit: 3 + 3 - 1 cells are too few, 5 + 3 - 1 too many.
        ("2;B;3 rue C\nBât. D;41000;Blois", 2),
        ("2;B;3 rue C;41000;Blois\nBât. D;41000;Blois", 2),
        # A record of the right width stands between, or is the second piece.
        ("2;B;3 rue C\n3;E;4 rue F;41000;Blois;0261910003\nBât. D;41000;Blois;0261910002", 3),
        ("2\n3;E;4 rue F;41000;Blois;0261910003", 2),
        # The sum fits, and each piece begins like a record: cells left out at the end.
        ("2;B;3 rue C\n3;E;4 rue F;41000", 2),
        # A record too long is none of the pieces.
        ("2;B;3 rue C\nBât. D;41000;Blois;0261910002;x;y;z", 2),
    ],
)
def test_what_does_not_fit_is_left_as_it_is(tmp_path: Path, lines: str, rows: int) -> None:
    table, issues = load(tmp_path, PLACES + lines + "\n")
    assert len(table) == 1 + rows
    assert set(issues["code"]) == {"ligne_irreguliere"}


def test_short_records_around_a_cut_one_stay_alone(tmp_path: Path) -> None:
    lines = "2;B;3 rue C;41000;Blois\n3;E;4 rue F\nBât. G;41000;Blois;0261910003\ntotal;3\n"
    table, issues = load(tmp_path, PLACES + lines)
    assert list(table.index) == [2, 3, 4, 6]
    assert table.loc[4, "adresse"] == "4 rue F Bât. G"
    assert list(table.loc[6]) == ["total", "3", "", "", "", ""]
    expected = [(3, "ligne_irreguliere"), (4, "ligne_coupee"), (6, "ligne_irreguliere")]
    assert codes(issues) == expected


def test_lines_that_all_lack_their_last_cells_are_records(tmp_path: Path) -> None:
    # Two by two they would have the width of the header.
    table, issues = load(tmp_path, "nom;ville;\n" + "".join(f"L{n};Tours\n" for n in range(4)))
    assert list(table["nom"]) == ["L0", "L1", "L2", "L3"]
    assert set(issues["code"]) == {"ligne_irreguliere"}


def test_a_file_of_short_lines_costs_no_more_time(tmp_path: Path) -> None:
    lines = "".join("x\n" if n % 3 else "x;y\n" for n in range(30_000))
    started = time.process_time()
    table, _ = load(tmp_path, "a;b;c;d;e;f;g;h;i\n" + lines, delimiter=";")
    assert not table.empty
    assert time.process_time() - started < 5


def test_an_extra_cell_is_kept_whole_to_be_given_back(tmp_path: Path) -> None:
    _, issues = load(tmp_path, "a;b\n1;2;" + "x" * 999 + "\n")
    assert issues["value"].str.len().tolist() == [999]


def test_a_byte_order_mark_wins_over_the_declared_encoding(tmp_path: Path) -> None:
    text = "identité;ville\nMédiathèque;Orléans\n"
    for encoding in ("utf-8-sig", "utf-16"):
        table, issues = load(tmp_path, text.encode(encoding), encoding="cp1252")
        assert table.to_dict("list") == {"identité": ["Médiathèque"], "ville": ["Orléans"]}
        assert issues.empty


def test_a_few_stray_bytes_do_not_change_the_encoding(tmp_path: Path) -> None:
    good = "Médiathèque;Orléans\n".encode() * 200
    table, issues = load(tmp_path, b"nom;ville\n" + good + "Café;".encode() + b"Besan\xe7on\n")
    assert table.loc[2, "nom"] == "Médiathèque"
    assert list(table.loc[202]) == ["Café", "Besançon"]
    assert issues[["row", "code"]].to_numpy().tolist() == [[202, "octets_illisibles"]]


def test_a_declared_encoding_that_fails_is_noted_line_by_line(tmp_path: Path) -> None:
    table, issues = load(tmp_path, "a;b\n1;é\n2;e\n".encode("cp1252"), encoding="utf-8")
    assert list(table["b"]) == ["\ufffd", "e"]
    assert issues[["row", "code"]].to_numpy().tolist() == [[2, "octets_illisibles"]]


def test_nul_characters_are_removed_and_counted(tmp_path: Path) -> None:
    table, issues = load(tmp_path, "a;b\n1\0;2\0\n")
    assert list(table.loc[2]) == ["1", "2"]
    assert issues[["row", "code", "detail"]].to_numpy().tolist() == [[0, "caractere_nul", "2"]]


@pytest.mark.parametrize(
    "after",
    [
        "3;c\n4;d\n",
        '3;"c"\n4;d\n',
        "3;c\n4;d\n" * 2_000,
    ],
    ids=["to the end", "closed by a later quote", "over a thousand lines"],
)
def test_an_unclosed_quote_costs_its_own_line_only(tmp_path: Path, after: str) -> None:
    table, issues = load(tmp_path, 'a;b\n1;"x;\ny"\n2;"b\n' + after)
    assert len(table) == 2 + after.count("\n")
    assert table.loc[[2, 4, 5, 6], "b"].tolist() == ["x;\ny", '"b', "c", "d"]
    assert issues[["row", "code"]].to_numpy().tolist() == [[4, "guillemet_non_ferme"]]


@pytest.mark.parametrize(("lines", "closing"), [(3, ""), (1_500, ""), (1_500, '9;z"\n')])
def test_an_unclosed_quote_before_a_delimiter_does_not_swallow_the_file(
    tmp_path: Path, lines: int, closing: str
) -> None:
    table, issues = load(tmp_path, 'a;b\n1;"x;y\n' + "2;c\n" * lines + closing)
    assert len(table) == 1 + lines + bool(closing)
    assert (table.loc[2, "b"], table.loc[3, "b"]) == ('"x', "c")
    codes = issues[["row", "code"]].to_numpy().tolist()
    assert codes == [[2, "guillemet_non_ferme"], [2, "ligne_irreguliere"]]


def test_a_file_of_unclosed_quotes_is_read_without_quotes(tmp_path: Path) -> None:
    table, issues = load(tmp_path, "a;b\n" + '1;"x\n' * 3_000)
    assert len(table) == 3_000
    assert set(table["b"]) == {'"x'}
    assert set(issues["code"]) == {"guillemet_non_ferme"}


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    table, issues = load(tmp_path, "nom;ville\n")
    assert table.shape == (0, 2)
    assert issues.empty


def test_the_wrong_delimiter_declared_gives_one_column(tmp_path: Path) -> None:
    table, _ = load(tmp_path, "a;b\n1;2\n", delimiter=",")
    assert list(table.columns) == ["a;b"]


@pytest.mark.parametrize(
    ("content", "options", "code", "words"),
    [
        ("a;b\n1;2\n", {"encoding": "utf-99"}, "encodage_inconnu", "utf-99"),
        ("a;b\n1;2\n", {"encoding": "hex"}, "encodage_inconnu", "hex"),
        ("a;b\n1;2\n", {"delimiter": ";;"}, "separateur_invalide", ";;"),
        ("a;b\n1;2\n", {"header_row": 9}, "entete_absent", "9"),
        ("a;b\n", {"delimiter": '"'}, "separateur_invalide", '"'),
        ("<!DOCTYPE html><p>Erreur", {}, "pas_une_table", "page web"),
        ("<html>", {"format": "csv"}, "pas_une_table", "page web"),
        ("", {}, "fichier_vide", "vide"),
        ("\ufeff \n", {}, "fichier_vide", "vide"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    tmp_path: Path, content: str, options: dict[str, object], code: str, words: str
) -> None:
    with pytest.raises(ReadError) as caught:
        load(tmp_path, content, **options)
    assert caught.value.code == code
    assert words in caught.value.fr
    assert "lieux.csv" in caught.value.fr
    assert "lieux.csv" in caught.value.en
    assert str(tmp_path) not in caught.value.fr


def test_a_table_that_padding_would_blow_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as caught:
        load(tmp_path, ";".join(["x"] * 6_000) + "\n1\n")
    assert caught.value.code == "table_demesuree"


def test_time_grows_with_the_rows_and_no_faster(tmp_path: Path) -> None:
    line = '12;"Médiathèque ; annexe";3 rue du Pont;45000;Orléans;;;48.1, 2.3\n'

    def seconds(rows: int) -> float:
        content = "a;b;c;d;e;f;g;h\n" + line * rows
        started = time.process_time()
        load(tmp_path, content)
        return time.process_time() - started

    seconds(100)
    assert seconds(40_000) < 12 * seconds(5_000) + 0.2


CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff"), max_size=8
)
PLAIN = st.text("abéà' \"\n0-", max_size=8)


def written(rows: list[list[str]], delimiter: str, quoting: int) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def expected(rows: list[list[str]]) -> list[list[str]]:
    trimmed = [[cell.strip() for cell in row] for row in rows]
    return [row for row in trimmed if any(row)]


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str], least: int) -> list[list[str]]:
    width = draw(st.integers(least, 5))
    header = [f"colonne {n}" for n in range(width)]
    return [header, *draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6))]


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=tables(CELLS, 1),
    delimiter=st.sampled_from(";,\t|:"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32-be"]),
)
def test_any_table_written_as_csv_reads_back(
    tmp_path: Path, rows: list[list[str]], delimiter: str, quoting: int, encoding: str
) -> None:
    content = written(rows, delimiter, quoting).encode(encoding)
    table, issues = load(tmp_path, content, encoding=encoding, delimiter=delimiter)
    assert list(table.columns) == rows[0]
    assert table.to_numpy().tolist() == expected(rows[1:])
    assert issues.empty


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=tables(PLAIN, 2),
    delimiter=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_ordinary_tables_read_back_without_being_told_how(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    content = written(rows, delimiter, csv.QUOTE_MINIMAL).encode(encoding)
    table, issues = load(tmp_path, content)
    assert list(table.columns) == rows[0]
    assert table.to_numpy().tolist() == expected(rows[1:])
    assert issues.empty


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.one_of(st.binary(max_size=300), st.text('a";,\n\r\0é{}[]:', max_size=120)))
def test_any_bytes_give_a_table_or_a_sentence(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "lieux.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        table, issues, _ = read(path, Fetch())
    except ReadError as error:
        assert "lieux.csv" in str(error)
        return
    assert table.columns.is_unique
    assert not table.isna().any(axis=None)
    assert not issues.isna().any(axis=None)


MANY = "id;nom;horaires;type;point\n" + "".join(
    f"{n};Lieu {n};Mardi 9h-12h;EPN;46.{n}, 0.3\n" for n in range(10, 30)
)


def test_a_row_that_a_delimiter_in_a_cell_shifted_is_named_as_such(tmp_path: Path) -> None:
    table, issues = load(tmp_path, MANY + "30;Lieu;Mardi 14h-17h ; Jeudi 10h-12h;EPN;46.1, 0.3\n")
    assert codes(issues) == [(22, "ligne_decalee")]
    assert list(issues["value"]) == ["46.1, 0.3"]
    assert len(table) == 21


def test_cells_that_are_too_many_at_the_end_shift_nothing(tmp_path: Path) -> None:
    _, issues = load(tmp_path, MANY + "30;Lieu;Mardi 14h-17h;EPN;46.10, 0.3;vu le 3 mars\n")
    assert codes(issues) == [(22, "ligne_irreguliere")]

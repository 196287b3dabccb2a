"""Is the file the one the source promised, and is each row fit to be published?

Both questions are put to Table Schema: the contract on the table of text as it was read,
the published schema on the normalised rows. Its errors are those of Frictionless, which
speaks English only, so their types are translated to our own issue codes here.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from opendata.errors import ContractError
from opendata.model import Contract, Source, issue_lines, join_issues, no_issues
from opendata.nearest import closest
from opendata.schema import fold, table_schema
from opendata.tableschema import find_errors, messages

#: A column that is never empty. A row without a value is told as "blank" and nothing else;
#: beside this column, each required value it lacks is told like that of any other row.
_FILLED = "ligne"


def check_contract(table: pd.DataFrame, source: Source) -> tuple[pd.Series, pd.DataFrame]:
    """Refuse the file when its columns or its size are not those promised.

    Returns, for a file that is kept, the rows to set aside (index = line, value = issue
    code) because the source says they are no longer active, or because their key is missing
    or repeated, and the issues found.
    """
    _check_shape(table, source)
    gone, said = _inactive(table, source)
    refused, issues = _check_cells(table, source)
    # A place that is no more needs no other reason.
    return gone.combine_first(refused).astype("str"), join_issues([said, issues])


def _inactive(table: pd.DataFrame, source: Source) -> tuple[pd.Series, pd.DataFrame]:
    """The rows that the source itself declares no longer active, and the cells that say so."""
    found, lines = pd.Series(dtype="str"), [no_issues()]
    for column, cells in source.contract.inactive.items():
        told = {fold(cell) for cell in cells}
        where = table[column].map(fold).isin(told) if column in table else pd.Series(dtype=bool)
        said = table.loc[where[where].index, column] if len(where) else pd.Series(dtype="str")
        lines.append(
            issue_lines(
                said.index, "", "ligne_inactive", value=said, detail=column, source=source.id
            )
        )
        found = pd.Series("ligne_inactive", index=said.index, dtype="str").combine_first(found)
    return found, join_issues(lines)


def _check_cells(table: pd.DataFrame, source: Source) -> tuple[pd.Series, pd.DataFrame]:
    contract = source.contract
    names = list(dict.fromkeys([*contract.key, *contract.types]))
    if not names or table.empty:
        return pd.Series(dtype="str"), no_issues()
    schema = {
        "fields": [{"name": name, **_raw_type(contract, name)} for name in names],
        "primaryKey": list(contract.key),
        "missingValues": [""],
    }
    return _contract_issues(find_errors(table[names], schema), table, source)


def _check_shape(table: pd.DataFrame, source: Source) -> None:
    contract = source.contract
    wanted = dict.fromkeys(
        [*contract.required_columns, *contract.key, *contract.types, *contract.inactive]
    )
    schema = {
        "fields": [{"name": name, "type": "string"} for name in wanted],
        "fieldsMatch": "subset",
    }
    header = pd.DataFrame(columns=list(table.columns), dtype="str")
    notes = list(_of_data(find_errors(header, schema))["note"]) if wanted else []
    if notes:
        column = next((name for name in wanted if name not in table.columns), notes[0])
        near = closest(column, list(table.columns))
        listed = ", ".join(map(str, table.columns[:20]))
        raise ContractError(
            "colonne_absente",
            fr=f"{source.id} : la colonne « {column} », promise par le contrat, manque dans le "
            f"fichier ; {f'la plus proche est « {near} » ; ' if near else ''}"
            f"colonnes présentes : {listed}. Vérifiez le séparateur et la ligne d'en-tête, ou "
            "corrigez « contract ».",
            en=f"{source.id}: the column “{column}”, promised by the contract, is missing from "
            f"the file; {f'the nearest is “{near}”; ' if near else ''}"
            f"columns present: {listed}. Check the delimiter and the header row, or correct "
            "“contract”.",
        )
    if len(table) < contract.min_rows:
        raise ContractError(
            "trop_peu_de_lignes",
            fr=f"{source.id} : le fichier a {len(table)} lignes, or le contrat en promet au moins "
            f"{contract.min_rows} (contract.min_rows) ; vérifiez qu'il n'est pas tronqué, ou, si "
            f"le producteur le confirme, abaissez min_rows dans {source.path.name}.",
            en=f"{source.id}: the file has {len(table)} rows, but the contract promises at least "
            f"{contract.min_rows} (contract.min_rows); check that it is not truncated, or, if the "
            f"producer confirms it, lower min_rows in {source.path.name}.",
        )


def _raw_type(contract: Contract, name: str) -> dict[str, str]:
    # Frictionless reads a key cell of the wrong type as a missing key: keys stay text.
    kind = "string" if name in contract.key else contract.types.get(name, "string")
    # A raw file writes dates in its own way; the mapping's format knows which.
    return {"type": kind, "format": "any"} if kind in ("date", "datetime") else {"type": kind}


def _contract_issues(
    errors: pd.DataFrame, table: pd.DataFrame, source: Source
) -> tuple[pd.Series, pd.DataFrame]:
    errors = errors[errors["type"].isin(["primary-key", "type-error"])]
    rows = table.iloc[_places(errors)]
    keys = pd.Series("", index=rows.index, dtype="str")
    for name in source.contract.key:
        keys = rows[name] if name == source.contract.key[0] else keys + " / " + rows[name]
    of_key: Any = (errors["type"] == "primary-key").to_numpy()
    code = np.where(keys.str.strip(" /") != "", "cle_en_double", "cle_absente")
    wanted = errors["field"].map(lambda name: source.contract.types.get(name, "string"))
    fields: Any = np.where(of_key, "id", errors["field"])
    issues = issue_lines(
        rows.index,
        fields,
        np.where(of_key, code, "type_non_respecte"),
        value=np.where(of_key, keys, errors["cell"]),
        detail=np.where(of_key, ", ".join(source.contract.key), wanted),
        source=source.id,
    )
    return _set_aside(rows.index[of_key], code[of_key]), issues


def check_rows(table: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Check normalised rows against the published schema.

    A value that breaks a constraint is emptied; a row whose *required* field is empty, or
    whose ``id`` repeats an earlier row's, is set aside. Only the fields a source can fill
    are judged here: the later stages answer for theirs. Returns the corrected table, the
    rows set aside (index = line, value = issue code) and the issues.
    """
    entries = [
        entry
        for entry in table_schema()["fields"]
        if entry["name"] in table.columns
        and entry["filled_by"] == "source"
        and entry["name"] not in ("latitude", "longitude")
    ]
    schema = {"fields": [*entries, {"name": _FILLED, "type": "string"}], "missingValues": [""]}
    judged = table[[entry["name"] for entry in entries]].assign(**{_FILLED: "x"})
    errors = find_errors(judged, schema)
    places = _places(errors)
    lines = table.index[places]
    # Only a required field is at fault when it is empty.
    lacking = (errors["cell"] == "").to_numpy()
    code = np.where(errors["field"] == "id", "cle_absente", "champ_requis_vide")
    fields: Any = errors["field"]
    issues = issue_lines(
        lines,
        fields,
        np.where(lacking, code, "contrainte_non_respectee"),
        value=errors["cell"],
        detail=np.where(lacking, fields, errors["note"]),
        source=source.id,
    )
    corrected = _emptied(table, fields[~lacking], places[~lacking])
    repeated = corrected["id"].duplicated() & (corrected["id"] != "")
    twins = corrected.loc[repeated, "id"]
    doubles = issue_lines(
        twins.index, "id", "cle_en_double", value=twins, detail="id", source=source.id
    )
    refused = _set_aside(
        [*lines[lacking], *twins.index], [*code[lacking], *["cle_en_double"] * len(twins)]
    )
    return corrected, refused, join_issues([issues, doubles])


def _places(errors: pd.DataFrame) -> Any:
    """Where the row of each error stands in its table: the header is row 1."""
    return errors["row_number"].to_numpy() - 2


def _emptied(table: pd.DataFrame, fields: pd.Series, places: Any) -> pd.DataFrame:
    """The table without the cells at these places of these fields."""
    corrected = table.copy()
    for name, at in pd.Series(places).groupby(fields.to_numpy()):
        cells = corrected[name].copy()
        cells.iloc[at.to_numpy()] = ""
        corrected[name] = cells
    return corrected


def _set_aside(lines: Iterable[Any], codes: Iterable[str]) -> pd.Series:
    """Rows to set aside: index = line, value = issue code (the last said of a line)."""
    return pd.Series(dict(zip(map(int, lines), map(str, codes), strict=True)), dtype="str")


def release_errors(table: pd.DataFrame, schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with a table about to be published, one English line per error.

    ``table`` holds text as it is written to CSV. An empty list means it conforms.
    """
    plain = _plain_numbers(table, schema)
    rest = [field for field in schema["fields"] if field["name"] not in plain]
    errors = _of_data(find_errors(table.drop(columns=plain), {**schema, "fields": rest}))
    if len(errors):
        # In the words, and with the numbers of columns, of the whole table.
        errors = _of_data(find_errors(table, schema))
    return [
        f"line {row_number}: {message}" if row_number > 1 else message
        for row_number, message in zip(errors["row_number"], messages(errors), strict=True)
    ]


def _plain_numbers(table: pd.DataFrame, schema: Mapping[str, Any]) -> list[str]:
    """The columns of which every cell is surely right: plain digits where zero and more may be.

    A table of indicators has a hundred such columns: they are looked at as one.
    """
    known = {"required", "minimum"}
    keys = schema.get("primaryKey", ())
    keys = [keys] if isinstance(keys, str) else keys
    kinds = {
        field["name"]: (field["type"], field.get("constraints", {}))
        for field in schema["fields"]
        if field["type"] in ("number", "integer")
        and field["name"] in table
        and field["name"] not in keys
    }
    names = [
        name
        for name, (_, asked) in kinds.items()
        if set(asked) <= known and asked.get("minimum", 0) == 0
    ]
    cells = table[names].to_numpy(dtype=object)
    places, distinct = pd.factorize(cells.ravel())
    form = {
        kind: np.array([bool(re.fullmatch(pattern, text, re.ASCII)) for text in distinct])
        for kind, pattern in (("number", r"\d+(\.\d+)?"), ("integer", r"\d+"))
    }
    places = places.reshape(cells.shape)
    empty = distinct == ""
    return [
        name
        for column, name in enumerate(names)
        for kind, asked in [kinds[name]]
        for right in [form[kind] if asked.get("required") else form[kind] | empty]
        if right[places[:, column]].all()
    ]


def _of_data(errors: pd.DataFrame) -> pd.DataFrame:
    """The errors, but for that of a table with neither column nor row."""
    return errors[errors["type"] != "source-error"]

"""Is the file the one the source promised, and is each row fit to be published?

Both questions are put to Frictionless: the contract on the table of text as it was read,
the published schema on the normalised rows. Frictionless speaks English only, so its
error types are translated to our own issue codes here.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import pandas as pd

from opendata.errors import ContractError
from opendata.model import Contract, Source, issue_lines, issue_table, join_issues, no_issues
from opendata.schema import table_schema

#: Frictionless stops reading at this many errors; its default of 1000 hides the rest.
_ALL_ERRORS = 10**9


def check_contract(table: pd.DataFrame, source: Source) -> tuple[pd.Series, pd.DataFrame]:
    """Refuse the file when its columns or its size are not those promised.

    Returns, for a file that is kept, the rows to set aside (index = line, value = issue
    code) because their key is missing or repeated, and the issues found.
    """
    contract = source.contract
    _check_shape(table, source)
    names = list(dict.fromkeys([*contract.key, *contract.types]))
    if not names or table.empty:
        return pd.Series(dtype="str"), no_issues()
    schema = {
        "fields": [{"name": name, **_raw_type(contract, name)} for name in names],
        "primaryKey": list(contract.key),
        "missingValues": [""],
    }
    errors = _frictionless_errors(table[names], schema)
    return _contract_issues(errors, table, source)


def _check_shape(table: pd.DataFrame, source: Source) -> None:
    contract = source.contract
    wanted = dict.fromkeys([*contract.required_columns, *contract.key, *contract.types])
    schema = {
        "fields": [{"name": name, "type": "string"} for name in wanted],
        "fieldsMatch": "subset",
    }
    header = pd.DataFrame(columns=list(table.columns), dtype="str")
    for error in _frictionless_errors(header, schema) if wanted else ():
        column = next((name for name in wanted if name not in table.columns), error.note)
        near = get_close_matches(column, list(table.columns), n=1, cutoff=0.6)
        listed = ", ".join(map(str, table.columns[:20]))
        raise ContractError(
            "colonne_absente",
            fr=f"{source.id} : la colonne « {column} », promise par le contrat, manque dans le "
            f"fichier ; {f'la plus proche est « {near[0]} » ; ' if near else ''}"
            f"colonnes présentes : {listed}. Vérifiez le séparateur et la ligne d'en-tête, ou "
            "corrigez « contract ».",
            en=f"{source.id}: the column “{column}”, promised by the contract, is missing from "
            f"the file; {f'the nearest is “{near[0]}”; ' if near else ''}"
            f"columns present: {listed}. Check the delimiter and the header row, or correct "
            "“contract”.",
        )
    if len(table) < contract.min_rows:
        raise ContractError(
            "trop_peu_de_lignes",
            fr=f"{source.id} : le fichier a {len(table)} lignes, or le contrat en promet au moins "
            f"{contract.min_rows} (contract.min_rows) ; vérifiez qu'il n'est pas tronqué.",
            en=f"{source.id}: the file has {len(table)} rows, but the contract promises at least "
            f"{contract.min_rows} (contract.min_rows); check that it is not truncated.",
        )


def _raw_type(contract: Contract, name: str) -> dict[str, str]:
    # Frictionless reads a key cell of the wrong type as a missing key: keys stay text.
    kind = "string" if name in contract.key else contract.types.get(name, "string")
    # A raw file writes dates in its own way; the mapping's format knows which.
    return {"type": kind, "format": "any"} if kind in ("date", "datetime") else {"type": kind}


def _contract_issues(
    errors: Sequence[Any], table: pd.DataFrame, source: Source
) -> tuple[pd.Series, pd.DataFrame]:
    refused: dict[int, str] = {}
    lines = table.index
    found = []
    for error in errors:
        line = int(lines[error.row_number - 2])
        if error.type == "primary-key":
            key = " / ".join(str(table.at[line, name]) for name in source.contract.key)
            code = "cle_en_double" if key.strip(" /") else "cle_absente"
            refused[line] = code
            found.append((source.id, line, "id", code, key, "", ", ".join(source.contract.key)))
        elif error.type == "type-error":
            wanted = source.contract.types.get(error.field_name, "string")
            found.append(
                (source.id, line, error.field_name, "type_non_respecte", error.cell, "", wanted)
            )
    issues = issue_table(found)
    return pd.Series(refused, dtype="str"), issues


def _frictionless_errors(table: pd.DataFrame, schema: Mapping[str, Any]) -> list[Any]:
    """The errors Frictionless finds in a table; ``row_number`` counts the header as 1."""
    from frictionless import Checklist, Resource, Schema

    # A DataFrame given as such costs 84 s for 50,000 rows (STACK.md); a list of lists 2 s.
    data = [list(table.columns), *table.to_numpy().tolist()]
    resource = Resource(
        data=data,
        schema=Schema.from_descriptor(dict(schema)),
    )
    report = resource.validate(Checklist(), limit_errors=_ALL_ERRORS)
    # Frictionless refuses a table without rows as a "source-error"; ours is then empty.
    errors = [error for task in report.tasks for error in task.errors]
    return [error for error in errors if error.type != "source-error"]


def check_rows(table: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Check normalised rows against the published schema.

    A value that breaks a constraint is emptied; a row whose *required* field is empty, or
    whose ``id`` repeats an earlier row's, is set aside. Only the fields a source can fill
    are judged here: the later stages answer for theirs. Returns the corrected table, the
    rows set aside (index = line, value = issue code) and the issues.
    """
    entries = {
        entry["name"]: entry
        for entry in table_schema()["fields"]
        if entry["name"] in table.columns and entry["filled_by"] == "source"
    }
    names = [name for name in entries if name not in ("latitude", "longitude")]
    schema = {"fields": [entries[name] for name in names], "missingValues": [""]}
    corrected = table.copy()
    refused: dict[int, str] = {}
    found = []
    lines = table.index
    for error in _frictionless_errors(table[names], schema):
        line = int(lines[error.row_number - 2])
        name = error.field_name
        if entries[name]["constraints"].get("required") and not table.at[line, name]:
            code = "cle_absente" if name == "id" else "champ_requis_vide"
            refused[line] = code
            found.append((source.id, line, name, code, "", "", name))
        else:
            value = str(table.at[line, name])
            corrected.at[line, name] = ""
            found.append((source.id, line, name, "contrainte_non_respectee", value, "", error.note))
    issues = issue_table(found)
    repeated = corrected["id"].duplicated() & (corrected["id"] != "")
    twins = corrected.loc[repeated, "id"]
    refused |= dict.fromkeys(map(int, twins.index), "cle_en_double")
    doubles = issue_lines(
        twins.index, "id", "cle_en_double", value=twins, detail="id", source=source.id
    )
    return corrected, pd.Series(refused, dtype="str"), join_issues([issues, doubles])


def release_errors(table: pd.DataFrame, schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with a table about to be published, one English line per error.

    ``table`` holds text as it is written to CSV. An empty list means it conforms.
    """
    return [
        f"line {error.row_number}: {error.message}"
        if hasattr(error, "row_number")
        else str(error.message)
        for error in _frictionless_errors(table, schema)
    ]

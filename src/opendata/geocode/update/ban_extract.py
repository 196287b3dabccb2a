"""The extract of the Base Adresse Nationale (BAN) of one département -> one table.

The file is a CSV in UTF-8, separator ``;``, usually packed by gzip, one line an address
(https://adresse.data.gouv.fr/schemas/adresses-csv.html). It is read in blocks of some
megabytes: the text of a whole département is never in memory as text.
"""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pyarrow import csv as arrow_csv

from opendata.errors import ReadError
from opendata.geocode.update.ban_table import (
    BLOCK,
    DICTIONARY,
    REPEATED,
    SCHEMA,
    Addresses,
    in_order,
    streets,
    usable,
)

#: Without these an address cannot be found or placed; the other columns may lack.
REQUIRED = ("id", "numero", "nom_voie", "code_insee", "lon", "lat", "code_postal")

#: What the file has today and this project has no use for.
_LEFT = (
    *("id_fantoir", "x", "y", "alias", "libelle_acheminement", "nom_afnor", "source_position"),
    *("source_nom_voie", "certification_commune", "cad_parcelles"),
)
_TYPES = dict.fromkeys(REPEATED, DICTIONARY) | {
    "id": pa.string(),
    "numero": DICTIONARY,
    "lon": pa.string(),
    "lat": pa.string(),
}
_BLOCK_BYTES = 4 * 1024 * 1024
_HEADER_BYTES = 64 * 1024
_GZIP = b"\x1f\x8b"


def read_addresses(path: Path, departement: str) -> Addresses:
    """Read a BAN extract and check that it is that of ``departement``.

    Raises ReadError (``ban_inattendue``) in one sentence when the file is cut, damaged,
    lacks a column, is of another département or holds no usable address.
    """
    with _faults():
        packed, columns = _header(path)
        dropped: Counter[str] = Counter()
        table = in_order(_blocks(path, packed, columns, departement, dropped))
    if not table.num_rows:
        raise unlike("aucune adresse utilisable", "no usable address")
    known = {*REQUIRED, *SCHEMA.names, *_LEFT}
    return Addresses(
        table=table,
        streets=streets(table),
        dropped={reason: dropped[reason] for reason in sorted(dropped) if dropped[reason]},
        new_columns=tuple(name for name in columns if name and name not in known),
    )


def unlike(fr: str, en: str) -> ReadError:
    """The refusal of a file that is not the extract it should be."""
    return ReadError(
        "ban_inattendue",
        fr=f"Le fichier reçu n'est pas un extrait utilisable de la BAN ({fr}) : réessayez plus "
        "tard.",
        en=f"The file received is no usable extract of the BAN ({en}): try again later.",
    )


@contextmanager
def _faults() -> Iterator[None]:
    """Whatever gzip, CSV or UTF-8 stumbles upon, as one sentence."""
    try:
        yield
    except UnicodeDecodeError as problem:
        raise unlike("il n'est pas en UTF-8", "it is not in UTF-8") from problem
    except (EOFError, zlib.error, OSError) as problem:
        # A disk that does not answer has an errno; a packed file that is wrong has none.
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        raise unlike(
            "sa compression est abîmée ou coupée", "its compression is damaged or cut"
        ) from problem
    except (pa.ArrowException, csv.Error) as problem:
        reason = str(problem).splitlines()[0][:120]
        raise unlike(f"CSV illisible, {reason}", f"unreadable CSV, {reason}") from problem


def _header(path: Path) -> tuple[bool, list[str]]:
    """Whether the file is packed (some servers unpack it on the way), and its columns."""
    with path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
    with gzip.open(path) if packed else path.open("rb") as file:
        line = file.readline(_HEADER_BYTES).decode("utf-8-sig")
    columns = [name.strip() for name in next(csv.reader([line], delimiter=";"), [])]
    if missing := [name for name in REQUIRED if name not in columns]:
        raise unlike(
            f"sans la colonne {', '.join(missing)}", f"without the column {', '.join(missing)}"
        )
    if twice := [name for name in _TYPES if columns.count(name) > 1]:
        raise unlike(
            f"la colonne {', '.join(twice)} y est deux fois",
            f"the column {', '.join(twice)} is there twice",
        )
    return packed, columns


def _blocks(
    path: Path, packed: bool, columns: list[str], departement: str, dropped: Counter[str]
) -> pa.Table:
    """The usable addresses in the order of the file; ``dropped`` counts the others."""

    def malformed(_: arrow_csv.InvalidRow) -> Literal["skip"]:
        dropped["ligne_illisible"] += 1
        return "skip"

    found: list[pa.Table] = []
    compression: Any = "gzip" if packed else None
    opened: Any = pa.input_stream(str(path), compression=compression)
    with (
        opened as stream,
        arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                column_names=columns, skip_rows=1, block_size=_BLOCK_BYTES
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=";", invalid_row_handler=malformed),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=[name for name in _TYPES if name in columns],
                column_types=_TYPES,
                strings_can_be_null=False,
            ),
        ) as blocks,
    ):
        for block in blocks:
            rows = pa.table(block)
            _refuse_others(rows["code_insee"], departement)
            found.append(usable(rows, dropped))
    return pa.concat_tables(found).unify_dictionaries() if found else BLOCK.empty_table()


def _refuse_others(codes: Any, departement: str) -> None:
    distinct = _texts(codes.unique().to_pylist())
    strange = sorted(code for code in distinct if code and departement_of(code) != departement)
    if strange:
        raise unlike(
            f"la commune {strange[0]} n'est pas du département {departement}",
            f"commune {strange[0]} is not of département {departement}",
        )


def _texts(values: list[str | None]) -> set[str]:
    return {(value or "").strip() for value in values}


def departement_of(code_insee: str) -> str:
    """The département of a commune code: ``2A004`` -> ``2A``, ``97105`` -> ``971``."""
    return code_insee[:3] if code_insee[:2] in ("97", "98") else code_insee[:2]

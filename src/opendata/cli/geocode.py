"""``opendata geocode``: the matcher for any CSV of addresses."""

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opendata.cli.common import print_json, say, settings
from opendata.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from opendata.geocode.geocoder import Geocoder

#: Rows geocoded between two steps of the progress bar.
_AT_ONCE = 5_000


@click.command()
@click.argument("file", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path),
    help="Where to write the result (default: FILE-geo.csv beside FILE).",
)  # fmt: skip
@click.option("--adresse", default="adresse", show_default=True, help="Column of the address.")
@click.option("--code-postal", default="code_postal", show_default=True, help="… the postcode.")
@click.option("--commune", default="commune", show_default=True, help="… the commune's name.")
@click.option("--code-insee", default="code_insee", show_default=True, help="… its INSEE code.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def geocode(
    file: Path,
    output: Path | None,
    adresse: str,
    code_postal: str,
    commune: str,
    code_insee: str,
    as_json: bool,
) -> int:
    """Geocode any CSV of addresses: adds geo_* columns and ban_id.

    Reads columns adresse, code_postal, commune and code_insee, those that there are. Works on
    the BAN files of « opendata reference update »: without them, rows stand at the centre of
    their commune. Any encoding and delimiter is read; the result is in UTF-8 with commas.
    """
    from opendata.geocode.geocoder import load_geocoder

    paths = settings()
    output = output or file.with_name(f"{file.stem}-geo.csv")
    if output.exists() and file.exists() and output.samefile(file):
        raise UsageError(
            "sortie_sur_entree",
            fr=f"-o désigne {file} lui-même, qui serait écrasé : donnez un autre fichier.",
            en=f"-o names {file} itself, which would be overwritten: give another file.",
        )
    asked = {
        "adresse": adresse, "code_postal": code_postal, "commune": commune,
        "code_insee": code_insee,
    }  # fmt: skip
    table = _read(file)
    stated = _stated(table, asked, file)
    geocoder = load_geocoder(paths)
    found = _geocoded(stated, paths, geocoder)
    _write(table, found, output)
    counts = {str(name): int(n) for name, n in found["geo_precision"].value_counts().items()}
    result = {
        "rows": len(found),
        "output": str(output),
        "precisions": counts,
        "without_addresses": _unknown_departements(found, geocoder),
        "vintage": geocoder.vintage(geocoder.library.held).fr,
    }
    if as_json:
        print_json(result)
    else:
        _show(result)
    for warning in geocoder.warnings:
        say(f"! {warning.fr}", f"! {warning.en}", err=True)
    return 0


def _read(file: Path) -> "pd.DataFrame":
    """The file as text, whatever its encoding and delimiter; line numbers as index."""
    from opendata.model import Fetch
    from opendata.read import read

    if not file.is_file():
        raise UsageError(
            "fichier_absent",
            fr=f"Le fichier {file} n'existe pas : donnez le chemin d'un CSV d'adresses.",
            en=f"The file {file} does not exist: give the path of a CSV of addresses.",
        )
    table, issues, _ = read(file, Fetch(), source=file.name)
    for issue in issues.drop_duplicates("code").itertuples():
        from opendata.sentences import sentence

        text = {language: sentence(issue, language) for language in ("fr", "en")}
        say(f"! ligne {issue.row} : {text['fr']}", f"! line {issue.row}: {text['en']}", err=True)
    return table


def _stated(table: "pd.DataFrame", asked: dict[str, str], file: Path) -> "pd.DataFrame":
    import pandas as pd

    from opendata.schema import fold

    exact = {str(name): str(name) for name in table.columns}
    folded = {fold(name): name for name in reversed(exact)}
    found = {
        field: column
        for field, name in asked.items()
        if (column := exact.get(name) or folded.get(fold(name)))
    }
    named = [name for field, name in asked.items() if name != field and field not in found]
    if named or not found:
        wanted = ", ".join(named or asked.values())
        has = ", ".join([*exact][:12])
        raise UsageError(
            "colonnes_absentes",
            fr=f"{file.name} n'a pas de colonne {wanted} (présentes : {has}) : donnez les noms de "
            "ses colonnes avec --adresse, --code-postal, --commune et --code-insee.",
            en=f"{file.name} has no column {wanted} (present: {has}): give the names of its "
            "columns with --adresse, --code-postal, --commune and --code-insee.",
        )
    return pd.DataFrame({field: table[name].str.strip() for field, name in found.items()})


def _geocoded(stated: "pd.DataFrame", paths: Any, geocoder: "Geocoder") -> "pd.DataFrame":
    import pandas as pd
    from rich.console import Console
    from rich.progress import Progress

    from opendata.geocode.batch import COLUMNS, geocode_table

    parts = []
    # Département by département, so that each index is opened once.
    order = _by_area(stated)
    console = Console(file=sys.stderr)
    with Progress(console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("geocode", total=len(order))
        for start in range(0, len(order), _AT_ONCE):
            part = stated.loc[order[start : start + _AT_ONCE]]
            parts.append(geocode_table(part, paths, geocoder))
            progress.advance(task, len(part))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts).reindex(stated.index)


def _by_area(stated: "pd.DataFrame") -> "pd.Index":
    from opendata.tables import column

    code = column(stated, "code_insee")
    area = code.mask(code == "", column(stated, "code_postal")).str[:2]
    return area.sort_values(kind="stable").index


def _write(table: "pd.DataFrame", found: "pd.DataFrame", output: Path) -> None:
    import pandas as pd

    from opendata.tables import cell_text

    shown = found.apply(
        lambda values: values.map(cell_text) if values.dtype.kind == "f" else values
    )
    kept = table.drop(columns=[name for name in found.columns if name in table.columns])
    part = output.with_name(f".{output.name}.part")
    try:
        _refuse_devices(output)
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as handle:
            pd.concat([kept, shown], axis=1).to_csv(handle, index=False, lineterminator="\r\n")
        part.replace(output)
    except OSError as problem:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        reason = problem.strerror or str(problem)
        raise UsageError(
            "sortie_impossible",
            fr=f"Le résultat ne peut être écrit dans {output} ({reason}) : choisissez un autre "
            "fichier avec -o.",
            en=f"The result cannot be written to {output} ({reason}): choose another file with -o.",
        ) from problem


def _refuse_devices(output: Path) -> None:
    """Replacing a device or a folder by a file is what nobody asks for."""
    if output.exists() and not output.is_file():
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


def _unknown_departements(found: "pd.DataFrame", geocoder: "Geocoder") -> list[str]:
    """Départements of rows that could only be placed at their commune for want of addresses."""
    left = found.loc[found["geo_precision"].isin(["commune", "aucune"]), "geo_code_insee"]
    of = geocoder.reference.departement
    return sorted({of.get(code, "") for code in left.unique()} - set(geocoder.library.held) - {""})


def _show(result: dict[str, Any]) -> None:
    listed = ", ".join(f"{name} {count}" for name, count in result["precisions"].items())
    say(
        f"{result['output']} : {result['rows']} lignes ({listed}).",
        f"{result['output']}: {result['rows']} rows ({listed}).",
    )
    without = result["without_addresses"]
    if without:
        shown = ", ".join(without[:12]) + (", …" if len(without) > 12 else "")
        command = " ".join(f"--departement {one}" for one in without[:3])
        say(
            f"! Sans adresses pour : {shown}. Lancez « opendata reference update {command} ».",
            f"! No addresses for: {shown}. Run “opendata reference update {command}”.",
        )

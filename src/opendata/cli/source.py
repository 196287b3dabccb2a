"""``opendata source``: new sources for the catalogue.

``new`` drafts a source from what a file holds, ``import`` converts a mapping file of
mednum-cli. What is written is a source TOML like any other: a person reads it before
anything is published from it.
"""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opendata.errors import SourceError, UsageError
from opendata.language import Text

if TYPE_CHECKING:
    from opendata.onboard.draft import Draft
    from opendata.onboard.mednum import Conversion


@click.group()
def source() -> None:
    """New sources: drafted from a file, or imported from a mapping that exists."""


@source.command("new")
@click.argument("origin", metavar="URL|FILE")
@click.option("--id", "source_id", help="Id of the source (default: from the name of the file).")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Where to write (default: catalog/sources/<id>.toml).",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def new(origin: str, source_id: str | None, output: Path | None, force: bool) -> int:
    """Draft a source TOML from what a file holds, and try it on that file."""
    from opendata.cli.common import settings
    from opendata.onboard.draft import download, draft
    from opendata.onboard.source_id import suggested_id

    paths = settings()
    url = origin if re.match(r"https?://", origin) else ""
    file = Path(origin)
    if not url:
        _refuse_folder(file, "*.csv")
    if not url and not file.is_file():
        raise UsageError(
            "fichier_absent",
            fr=f"Le fichier « {origin} » n'existe pas : vérifiez son chemin, ou donnez une adresse "
            "qui commence par http:// ou https://.",
            en=f"The file “{origin}” does not exist: check its path, or give an address that "
            "begins with http:// or https://.",
        )
    name = _source_id(Path(f"{suggested_id(origin)}.json"), source_id, output)
    path = _destination(name, output, force)
    try:
        drafted = draft(download(url, name, paths) if url else file, name, url=url)
    except SourceError as error:
        # Nothing was promised of this file yet: that it cannot be used is an answer.
        raise UsageError(error.code, fr=error.fr, en=error.en) from error
    _write(path, drafted.text)
    _report_draft(path, origin, drafted)
    return 0


@source.command("import")
@click.argument("config", metavar="FILE.config.json", type=click.Path(path_type=Path))
@click.option("--id", "source_id", help="Id of the source (default: the name of the file).")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Where to write (default: catalog/sources/<id>.toml).",
)  # fmt: skip
@click.option("--url", help="Where the file of the source is fetched (default: by deposit).")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def import_config(
    config: Path, source_id: str | None, output: Path | None, url: str | None, force: bool
) -> int:
    """Convert a mapping file of mednum-cli into a source TOML."""
    from opendata.onboard.mednum import convert

    _refuse_folder(config, "*.json")
    name = _source_id(config, source_id, output)
    path = _destination(name, output, force)
    conversion = convert(_read_config(config), source_name=name)
    _write(path, _text(config, name, url or "", conversion))
    _report(path, name, conversion)
    return 0


def _refuse_folder(path: Path, pattern: str) -> None:
    """Say that a folder is none of the files in it, and name one (``pattern`` first)."""
    if not path.is_dir():
        return
    files = (file for glob in (pattern, "*.*") for file in sorted(path.glob(glob)))
    one = next((file for file in files if file.is_file()), None)
    example = Text(
        f", par exemple {shlex.quote(str(one))}", f", for example {shlex.quote(str(one))}"
    )
    raise UsageError(
        "pas_un_fichier",
        fr=f"« {path} » est un dossier : donnez un fichier{example.fr if one else ''}.",
        en=f"“{path}” is a folder: give a file{example.en if one else ''}.",
    )


def _source_id(config: Path, source_id: str | None, output: Path | None) -> str:
    """The id asked for, else the name of the file to write, else that of the file read."""
    from opendata.schema import fold

    asked = source_id or (output.stem if output else "")
    if output and asked != output.stem and _is_in_catalog(output):
        raise UsageError(
            "id_different",
            fr=f"Une source du catalogue porte le nom de son fichier, or --id vaut « {asked} » et "
            f"le fichier s'appelle « {output.name} » : donnez-leur le même nom.",
            en=f"A source of the catalogue bears the name of its file, but --id is “{asked}” and "
            f"the file is called “{output.name}”: give both the same name.",
        )
    name = asked or fold(re.sub(r"\.config\.json$|\.json$", "", config.name)).replace(" ", "-")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise UsageError(
            "id_illisible",
            fr=f"« {name} » ne peut pas être l'id d'une source : employez a-z, 0-9 et le tiret, "
            "par exemple avec --id mes-lieux.",
            en=f"“{name}” cannot be the id of a source: use a-z, 0-9 and the hyphen, for example "
            "with --id my-places.",
        )
    return name


def _is_in_catalog(path: Path) -> bool:
    """Whether a source written there is read by the other commands."""
    from opendata.paths import paths_from_environment

    return path.resolve().parent == (paths_from_environment().catalog / "sources").resolve()


def _destination(name: str, output: Path | None, force: bool) -> Path:
    from opendata.catalog import check_settings
    from opendata.paths import paths_from_environment

    path = output
    if path is None:
        paths = paths_from_environment()
        check_settings(paths)
        path = paths.catalog / "sources" / f"{name}.toml"
    if path.exists() and not force:
        raise UsageError(
            "fichier_existant",
            fr=f"Le fichier {path} existe déjà : choisissez un autre --id, ou ajoutez --force "
            "pour le remplacer.",
            en=f"The file {path} exists already: choose another --id, or add --force to "
            "replace it.",
        )
    return path


def _read_config(config: Path) -> Any:
    try:
        return json.loads(config.read_bytes())
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise UsageError(
            "fichier_absent",
            fr=f"Le fichier {config} ne peut pas être lu ({reason}) : vérifiez son chemin.",
            en=f"The file {config} cannot be read ({reason}): check its path.",
        ) from problem
    except (ValueError, RecursionError) as problem:
        raise UsageError(
            "json_illisible",
            fr=f"Le fichier {config} n'est pas du JSON valable ({problem}) : corrigez-le, ou "
            "vérifiez que c'est bien le fichier de mapping.",
            en=f"The file {config} is not valid JSON ({problem}): correct it, or check that it "
            "is the mapping file.",
        ) from problem


def _text(config: Path, name: str, url: str, conversion: "Conversion") -> str:
    from opendata.onboard.mednum import contract
    from opendata.onboard.toml_text import source_text

    head: dict[str, Any] = {"id": name, "title": name, "territory": "france", "verified": False}
    comments: dict[str, tuple[str, ...]] = dict(conversion.comments)
    comments["top"] = (f"Imported from {config.name}, a mapping file of mednum-cli.",)
    comments["title"] = ("To be written: the title of the file, its publisher and homepage.",)
    comments["licence"] = (
        "The mapping file names no licence. Nothing of a source without a known licence is",
        "published: add licence and attribution (schemas/vocabularies/licences.csv).",
    )
    comments["verified"] = (
        "Nobody has tried this source yet. That does not keep it from being published:",
        "“opendata status --json” says so. Set to true once it is done.",
    )
    if not url:
        comments["fetch"] = (
            f"No address: this source is fed by « opendata deposit {name} FILE »;",
            "add url to have its file fetched.",
        )
    if conversion.mapping.get("source", {}) == {"constant": name}:
        comments["mapping.source"] = (
            *comments.get("mapping.source", ()),
            "To be written: the name under which the producer is known.",
        )
    fetch = {"url": url} if url else {}
    return source_text(head, fetch, contract(conversion.mapping), conversion.mapping, (), comments)


def _write(path: Path, text: str) -> None:
    from opendata.files import write_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise UsageError(
            "ecriture_impossible",
            fr=f"Le fichier {path} ne peut pas être écrit ({reason}) : choisissez un autre "
            "endroit avec -o.",
            en=f"The file {path} cannot be written ({reason}): choose another place with -o.",
        ) from problem


def _report(path: Path, name: str, conversion: "Conversion") -> None:
    rules = sum(_count(entry) for entry in conversion.mapping.values())
    mapped = len(conversion.mapping)
    click.echo(
        Text(
            f"{path} est écrit : {mapped} champs, {rules} règles.",
            f"{path} is written: {mapped} fields, {rules} rules.",
        )
    )
    for warning in conversion.warnings:
        click.echo(f"! {warning}")
    _tell_where_it_goes(path, name)
    click.echo(
        Text(
            "Ajoutez le titre, le producteur et la licence, puis regardez ce que donne un "
            f"fichier : opendata check FICHIER --as {name}",
            "Add the title, the publisher and the licence, then see what a file gives: "
            f"opendata check FILE --as {name}",
        )
    )


def _tell_where_it_goes(path: Path, name: str) -> None:
    if _is_in_catalog(path):
        return
    click.echo(
        Text(
            f"  placez-le dans « sources » du catalogue, sous le nom {name}.toml ; puis :",
            f"  put it in the catalogue's folder “sources”, under the name {name}.toml; then:",
        )
    )


def _count(entry: list[Any] | Mapping[str, Any]) -> int:
    return len(entry) if isinstance(entry, list) else 1


def _report_draft(path: Path, origin: str, drafted: "Draft") -> None:
    from opendata.onboard.first_looks import first_looks, ragged_lines

    guess, found = drafted.guess, drafted.harvest
    columns = len(guess.profile.columns)
    set_aside = found.rows_in - found.accepted
    click.echo(
        Text(
            f"{path} est écrit : {drafted.mapped} colonnes sur {columns} remplissent "
            f"{len(guess.mapping)} champs ; propositions en commentaire : "
            f"{len(drafted.candidates)}.",
            f"{path} is written: {drafted.mapped} columns of {columns} fill {len(guess.mapping)} "
            f"fields; proposals in comments: {len(drafted.candidates)}.",
        )
    )
    click.echo(
        Text(
            f"{found.rows_in} lignes lues ({found.format}), {found.accepted} acceptées, "
            f"{set_aside} mises de côté.",
            f"{found.rows_in} rows read ({found.format}), {found.accepted} accepted, "
            f"{set_aside} set aside.",
        )
    )
    for sentence in ragged_lines(guess.profile):
        click.echo(f"! {sentence}")
    click.echo(Text("À regarder d'abord :", "To look at first:"))
    for line in first_looks(drafted):
        click.echo(f"  - {line}")
    click.echo(Text("Ensuite :", "Then:"))
    _tell_where_it_goes(path, drafted.source.id)
    if not drafted.source.fetch.url:
        click.echo(f"  opendata deposit {drafted.source.id} {shlex.quote(origin)}")
    click.echo(f"  opendata check {drafted.source.id}")

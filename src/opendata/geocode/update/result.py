"""What became of one département's file, in one sentence."""

import errno
from dataclasses import dataclass
from typing import Literal

from opendata.errors import SourceError
from opendata.geocode.update.store import count_of, read_note, table_path
from opendata.language import Text
from opendata.paths import Paths

Kind = Literal["communes", "ban"]

_WHAT = {
    "communes": Text("communes non mises à jour", "communes not updated"),
    "ban": Text("BAN non mise à jour", "BAN not updated"),
}
_WITHOUT = {
    "communes": Text("le référentiel livré sert", "the embedded reference serves"),
    "ban": Text("aucune adresse n'est en usage", "no addresses are in use"),
}


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What became of one file of a département; ``fr`` and ``en`` say it in one sentence.

    ``communes`` or ``addresses`` (by ``kind``) and ``vintage`` (the date of the download)
    are those now in use: of the day before, or 0 and "", when ``ok`` is false. ``changed``
    is false when the file in use was already made from what the server gives.
    """

    departement: str
    ok: bool
    fr: str
    en: str
    communes: int = 0
    vintage: str = ""
    kind: Kind = "communes"
    addresses: int = 0
    changed: bool = False


def failed(
    kind: Kind, departement: str, problem: SourceError | OSError, paths: Paths
) -> UpdateResult:
    """The result of an update that did not take place: what is in use stays."""
    reason = _reason(problem, paths)
    table = table_path(paths, kind, departement)
    before = read_note(table)
    vintage = str(before.get("vintage", ""))
    what, kept = _WHAT[kind], _WITHOUT[kind]
    if not vintage and table.exists():
        kept = Text(f"{table.name} reste en usage", f"{table.name} stays in use")
    elif vintage:
        kept = Text(f"le millésime {vintage} reste en usage", f"vintage {vintage} stays in use")
    return UpdateResult(
        departement,
        ok=False,
        kind=kind,
        fr=f"Département {departement} : {what.fr}, {kept.fr} : {reason.fr.rstrip('.')}.",
        en=f"Département {departement}: {what.en}, {kept.en}: {reason.en.rstrip('.')}.",
        communes=count_of(before, "communes") if kind == "communes" else 0,
        addresses=count_of(before, "addresses") if kind == "ban" else 0,
        vintage=vintage,
    )


def _reason(problem: SourceError | OSError, paths: Paths) -> Text:
    if isinstance(problem, SourceError):
        return Text(problem.fr, problem.en)
    if problem.errno == errno.ENOSPC:
        return Text(
            f"le disque de {paths.reference} est plein, libérez de la place puis relancez",
            f"the disk of {paths.reference} is full, free some space and run again",
        )
    reason = problem.strerror or str(problem) or type(problem).__name__
    return Text(
        f"{paths.reference} ne peut pas être écrit ou lu ({reason}), rendez-le accessible",
        f"{paths.reference} cannot be written or read ({reason}), make it accessible",
    )

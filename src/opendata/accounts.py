"""The account of every row: what each source gave, and what was set aside and why."""

from collections.abc import Sequence

import pandas as pd

from opendata.catalog import UNKNOWN_LICENCE
from opendata.errors import ReleaseError
from opendata.files import rfc3339
from opendata.harvest import Harvest
from opendata.locate import Located
from opendata.model import Source
from opendata.normalise.personal import for_anyone
from opendata.schema import SEPARATOR, problems
from opendata.sentences import sentence
from opendata.tables import column, over_distinct


def source_accounts(
    sources: Sequence[Source],
    harvests: Sequence[Harvest],
    located: Sequence[Located],
    crosswalk: pd.DataFrame,
) -> pd.DataFrame:
    """``sources.csv`` as text: one line per source, in order of rank.

    Raises ReleaseError when the rows of a source do not add up, which is a defect of ours.
    """
    roles = crosswalk.groupby(["source", "role"]).size()
    lines = []
    for source, harvest, part in zip(sources, harvests, located, strict=True):
        published = int(roles.get((source.id, "principale"), 0))
        merged = int(roles.get((source.id, "fusionnee"), 0))
        counts = (published, merged, len(part.refused), part.outside)
        kept = harvest.snapshot is None and len(part.accepted) > 0
        if sum(counts) != (len(part.accepted) if kept else harvest.rows_in):
            raise ReleaseError(
                "compte_faux",
                fr=f"{source.id} : {harvest.rows_in} lignes lues mais {sum(counts)} retrouvées "
                f"{counts} ; c'est un défaut d'opendata, rien n'est publié : signalez-le.",
                en=f"{source.id}: {harvest.rows_in} rows read but {sum(counts)} found again "
                f"{counts}; this is a defect of opendata, nothing is published: report it.",
            )
        snapshot = harvest.snapshot
        lines.append(
            {
                "source": source.id,
                "titre": source.title,
                "licence": source.licence,
                "attribution": source.attribution,
                "page": source.homepage,
                "recupere_le": rfc3339(snapshot.fetched_at) if snapshot else "",
                "perime_depuis": rfc3339(harvest.stale_since) if harvest.stale_since else "",
                "etat": "conservee" if kept else _state(source, harvest),
                "lignes_lues": str(sum(counts)),
                "publiees": str(published),
                "fusionnees": str(merged),
                "quarantaine": str(len(part.refused)),
                "hors_territoire": str(part.outside),
            }
        )
    return pd.DataFrame(lines, dtype="str")


def _state(source: Source, harvest: Harvest) -> str:
    if harvest.snapshot is None:
        return "absente"
    if source.licence == UNKNOWN_LICENCE:
        return "non_publiee"
    return "perimee" if harvest.stale_since else "a_jour"


def quarantine_table(sources: Sequence[Source], located: Sequence[Located]) -> pd.DataFrame:
    """``quarantaine.csv`` as text: the rows set aside, their reasons and what to do.

    No contact is shown in it, and nothing at all of a source whose licence is unknown.
    """
    known = problems()
    parts = []
    for source, part in zip(sources, located, strict=True):
        rows = part.refused
        hidden = source.licence == UNKNOWN_LICENCE
        shown = {
            "cle": "id", "nom": "nom", "adresse": "adresse", "code_postal": "code_postal",
            "commune": "commune", "code_insee": "code_insee",
        }  # fmt: skip
        table = pd.DataFrame(
            {
                "source": source.id,
                "ligne": rows.index.astype("str"),
                **{
                    # Rows of unknown licence may not be published, not even here.
                    name: "" if hidden else column(rows, stated)
                    for name, stated in shown.items()
                },
                "codes": rows["refus"] if len(rows) else "",
            },
            index=rows.index,
            dtype="str",
        )
        # Once per source: to look through all of its issues for each row would be quadratic.
        own = part.issues[part.issues["row"].isin(rows.index)]
        said = {str(line): lines for line, lines in own.groupby("row")}
        reasons = [
            _reasons(str(refus), said.get(str(line), own.iloc[:0]))
            for line, refus in rows["refus"].items()
        ]
        table["raisons"] = pd.Series(reasons, index=rows.index, dtype="str")
        table["conseils"] = table["codes"].map(
            lambda codes: " ".join(known[code].hint.fr for code in codes.split(SEPARATOR))
        )
        parts.append(table.astype("str"))
    table = pd.concat(parts, ignore_index=True)
    for name in ("nom", "adresse", "raisons"):
        table[name] = over_distinct(table[name], for_anyone)
    return table


def _reasons(refus: str, issues: pd.DataFrame) -> str:
    """Why a row is set aside, from its codes and its issues."""
    codes = refus.split(SEPARATOR)
    own = issues[issues["code"].isin(codes)]
    said = [sentence(issue, "fr") for issue in own.drop_duplicates("code").itertuples()]
    missing = [problems()[code].sentence.fr for code in codes if code not in set(own["code"])]
    return " ; ".join([*said, *(text for text in missing if "{" not in text)])

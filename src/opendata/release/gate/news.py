"""What goes out, but a steward should know: sources lost or old, keys that look renumbered."""

from collections.abc import Iterator

import pandas as pd

from opendata.language import Text
from opendata.model import Finding
from opendata.release.gate.losses import label_of, per_category
from opendata.release.gate.tables import FEW, READ, Side, count
from opendata.site.wording import counted, day, percent

#: A share of rows in quarantine is growing when it gained so many points, and so many rows.
_QUARANTINE_POINTS = 1.0
_QUARANTINE_ROWS = 3


def news(now: Side, before: Side, max_loss_pct: float, pairs_to_review: int) -> Iterator[Finding]:
    """Every warning that is no tolerance half used up."""
    if len(before.places):
        yield from _lost_sources(now, before)
        yield from _renumbered(now, before, max_loss_pct)
    yield from _stale(now)
    yield from _never_read(now, before)
    if len(before.places):
        yield from _quarantine(now, before)
        yield from _new_categories(now, before)
    if pairs_to_review > 0:
        pairs = counted(
            pairs_to_review,
            "paire de lieux à relire|paires de lieux à relire",
            "pair of places to review|pairs of places to review",
        )
        yield _warning("paires_a_relire", pairs, measured=pairs_to_review)


def _warning(code: str, text: Text, subject: str = "", measured: float = 0.0) -> Finding:
    return Finding(code, "warning", text, subject=subject, measured=round(float(measured), 3))


def _lost_sources(now: Side, before: Side) -> Iterator[Finding]:
    """Sources that had rows in the last release and were not read for this one."""
    for source, rows in before.rows.items():
        state = now.states.get(source, "")
        if not rows or state in READ:
            continue
        lines = counted(rows, "ligne|lignes", "row|rows")
        if state == "absente":
            code = "source_absente"
            fr = (
                f"la source {source} n'a pu être lue : ses lieux ({lines.fr}) restent ceux de "
                "la version précédente"
            )
            en = (
                f"the source {source} could not be read: its places ({lines.en}) stay those of "
                "the release before"
            )
        elif state:
            code = "source_non_publiee"
            fr = f"la source {source} n'est plus publiée, faute de licence : {lines.fr} de moins"
            en = f"the source {source} is no longer published, for want of a licence: {lines.en}"
            en += " less" if rows == 1 else " fewer"
        else:
            code = "source_retiree"
            fr = f"la source {source} n'est plus du jeu : {lines.fr} de moins"
            en = f"the source {source} has left the dataset: {lines.en}"
            en += " less" if rows == 1 else " fewer"
        yield _warning(code, Text(fr, en), source, rows)


def _renumbered(now: Side, before: Side, max_loss_pct: float) -> Iterator[Finding]:
    """Ids of a source replaced by as many new ones: its keys changed and matching did not help."""
    many = before.per_source()
    gone = before.origin[~before.origin.index.isin(now.origin.index)].value_counts()
    new = now.origin[~now.origin.index.isin(before.origin.index)].value_counts()
    replaced = pd.concat([gone, new], axis=1).fillna(0).min(axis=1)
    for source, places in many[many >= FEW].items():
        swapped = int(replaced.get(source, 0))
        share = 100 * swapped / places
        if share > max_loss_pct and now.states.get(str(source)) in READ:
            ids = counted(
                swapped, "identifiant disparaît|identifiants disparaissent", "id goes|ids go"
            )
            yield _warning(
                "cles_renumerotees",
                Text(
                    f"les clés de la source {source} semblent renumérotées : {ids.fr} et autant "
                    f"apparaissent ({percent(share).fr} de ses lieux)",
                    f"the keys of the source {source} look renumbered: {ids.en} and as many "
                    f"appear ({percent(share).en} of its places)",
                ),
                str(source),
                share,
            )


def _stale(now: Side) -> Iterator[Finding]:
    for source, state in now.states.items():
        if state == "perimee":
            since = day(now.accounts.at[source, "perime_depuis"])
            yield _warning(
                "source_perimee",
                Text(
                    f"la source {source} en est à sa dernière bonne copie, depuis le {since.fr}",
                    f"the source {source} is on its last good copy, since {since.en}",
                ),
                source,
            )


def _never_read(now: Side, before: Side) -> Iterator[Finding]:
    """Sources without a file that had none before either: one line for all of them."""
    names = [
        source
        for source, state in now.states.items()
        if state == "absente" and not before.rows.get(source)
    ]
    if names:
        many = counted(
            len(names),
            "source du jeu manque toujours|sources du jeu manquent toujours",
            "source of the dataset is still missing|sources of the dataset are still missing",
        )
        listed = ", ".join(names)
        yield _warning(
            "sources_manquantes",
            Text(f"{many.fr} : {listed}", f"{many.en}: {listed}"),
            measured=len(names),
        )


def _quarantine(now: Side, before: Side) -> Iterator[Finding]:
    old, new = _set_aside(before.accounts), _set_aside(now.accounts)
    for source in new.index.intersection(old.index):
        was, is_now = old.loc[source], new.loc[source]
        more_rows = is_now["rows"] - was["rows"]
        if is_now["share"] - was["share"] > _QUARANTINE_POINTS and more_rows >= _QUARANTINE_ROWS:
            rows = counted(is_now["rows"], "ligne|lignes", "row|rows")
            yield _warning(
                "quarantaine_en_hausse",
                Text(
                    f"la source {source} a {percent(is_now['share']).fr} de ses lignes en "
                    f"quarantaine ({rows.fr}), contre {percent(was['share']).fr}",
                    f"the source {source} has {percent(is_now['share']).en} of its rows in "
                    f"quarantine ({rows.en}), up from {percent(was['share']).en}",
                ),
                str(source),
                is_now["share"],
            )


def _set_aside(accounts: pd.DataFrame) -> pd.DataFrame:
    """Rows in quarantine, and their share (%) of the rows of the territory; read sources only."""
    rows = count(accounts, "quarantaine")
    ours = count(accounts, "lignes_lues") - count(accounts, "hors_territoire")
    table = pd.DataFrame({"rows": rows, "share": 100 * rows / ours.where(ours > 0)})
    return table.dropna()


def _new_categories(now: Side, before: Side) -> Iterator[Finding]:
    known = per_category(before).index
    for category, places in per_category(now).items():
        if category not in known:
            many = counted(places, "lieu|lieux", "place|places")
            label = label_of(str(category))
            yield _warning(
                "categorie_nouvelle",
                Text(
                    f"la catégorie « {label.fr} » apparaît ({many.fr})",
                    f"the category “{label.en}” appears ({many.en})",
                ),
                str(category),
                float(places),
            )

"""The page of the indicators: what its template shows, with and without scripts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opendata.language import Text
from opendata.schema import table_schema
from opendata.site import links, wording
from opendata.site.measures import LEVELS, measures

if TYPE_CHECKING:
    import pandas as pd


def summary_of(departements: "pd.DataFrame") -> dict[str, Any]:
    """What the page says without scripts: totals for its lead, and a small table.

    ``departements`` is the published table (text). Keys: ``communes``, ``far_communes``,
    ``population``, ``far_population``, ``places``, ``unmeasured`` (communes without a centre),
    ``shares`` ({title_fr, title_en, percent}) of the people within each distance, ``columns``
    ({name, title_fr, title_en, decimals, unit}) and ``rows`` (the texts of each area, by column).
    """
    import pandas as pd

    def numbers(column: str) -> "pd.Series":
        return pd.to_numeric(departements[column], errors="coerce").fillna(0)

    def total(column: str) -> int:
        return int(numbers(column).sum())

    measured = numbers("population_mesuree")
    wanted = [m for m in measures("departements") if m.each or m.name == "pop_sans_lieu_20km"]
    names = ["code", "nom", "population", *(measure.name for measure in wanted)]
    return {
        "communes": total("nb_communes"),
        "far_communes": total("nb_communes_sans_lieu_20km"),
        "population": total("population"),
        "far_population": total("pop_sans_lieu_20km"),
        "places": total("nb_lieux"),
        "unmeasured": total("nb_communes_sans_centre"),
        "shares": [
            {
                "title_fr": _unbroken(measure.title.fr),
                "title_en": _unbroken(measure.title.en),
                "percent": float((numbers(measure.name) * measured).sum() / measured.sum())
                if measured.any()
                else None,
            }
            for measure in wanted
            if measure.unit.fr == "%"
        ],
        "columns": [
            {
                "name": m.name,
                "title_fr": _unbroken(m.title.fr),
                "title_en": _unbroken(m.title.en),
                "decimals": m.decimals,
                "unit": m.unit.fr,
            }
            for m in wanted
        ],
        "rows": departements[names].to_dict("records"),
    }


def render_indicators(page: Mapping[str, Any]) -> str:
    """The page of a dataset's indicators (HTML).

    Every key but ``id`` and ``title`` may be missing: ``version``, ``created``,
    ``demonstration``, ``catalogue`` {title, title_en}, ``scripts`` {assets: folder of the shared
    files, data: the data script}, ``levels`` (those of the data script), ``left_out`` (those too
    large for it), ``files`` (those of the indicators are shown), ``base`` (their folder),
    ``summary`` (:func:`summary_of`). Without ``scripts`` the page is its table and definitions.
    """
    from opendata.site import assets, render

    return render(
        "indicators.html",
        page_style=assets.inline("indicators.css"),
        policy=assets.policy("language.js", shared=True),
        **_values(page),
    )


def _values(page: Mapping[str, Any]) -> dict[str, Any]:
    scripts = page.get("scripts") or {}
    summary = page.get("summary") or {}
    levels = list(page.get("levels") or LEVELS)
    files = [file for file in page.get("files") or [] if _level_of(str(file.get("name")))]
    return {
        "page": page,
        "summary": summary,
        "lead": _lead(summary) if summary else None,
        "assets": links.relative_path(scripts.get("assets")),
        "data_script": links.relative_path(scripts.get("data")),
        "tables": {
            name: Text(table["title"], table["title_en"])
            for name in LEVELS
            for table in (table_schema(f"indicateurs-{name}"),)
        },
        "definitions": {name: measures(name) for name in levels},
        "left_out": list(page.get("left_out") or ()),
        "indicator_files": files,
        "amount": _amount,
    }


def _lead(summary: Mapping[str, Any]) -> Text:
    """Who has no place within 20 km, in one sentence."""
    far, communes = summary["far_communes"], summary["communes"]
    measured = communes - summary["unmeasured"]
    if not far:
        near = summary["shares"][0]["percent"] if summary["shares"] else None
        whole, part = wording.number(measured), wording.percent(near)
        return Text(
            f"Les {whole.fr} communes ont toutes un lieu à 20 km ou moins de leur centre, à vol "
            f"d’oiseau ; {part.fr} des habitants en ont un à 5 km ou moins.",
            f"All {whole.en} communes have a place within 20 km of their centre, as the crow "
            f"flies; {part.en} of the people have one within 5 km.",
        )
    some = wording.counted(far, "commune|communes", "commune|communes")
    all_of_them = wording.number(communes)
    people = wording.counted(summary["far_population"], "habitant|habitants", "person|people")
    share = wording.percent(wording.share(summary["far_population"], summary["population"]))
    if far == measured:
        return Text(
            f"Aucune des {all_of_them.fr} communes n’a de lieu à 20 km ou moins de son centre.",
            f"None of the {all_of_them.en} communes has a place within 20 km of its centre.",
        )
    return Text(
        f"{some.fr} sur {all_of_them.fr} n’{'ont' if far > 1 else 'a'} aucun lieu à 20 km ou moins "
        f"de {'leur' if far > 1 else 'son'} centre, à vol d’oiseau : {people.fr}, soit "
        f"{share.fr} de la population.",
        f"{some.en} out of {all_of_them.en} {'have' if far > 1 else 'has'} no place within 20 km "
        f"of {'their' if far > 1 else 'its'} centre, as the crow flies: {people.en}, {share.en} "
        "of the population.",
    )


def _unbroken(text: str) -> str:
    """No line break inside « 20 km »."""
    return text.replace(" km", "\u00a0km")


def _amount(value: Any, decimals: int) -> Text:
    return wording.number(value, decimals)


def _level_of(name: str) -> str:
    return next((level for level in LEVELS if name.startswith(f"indicateurs-{level}.")), "")

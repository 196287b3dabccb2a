"""The pages people see: the catalogue, a dataset, the report of a release.

Pure functions, data in and HTML text out. A page asks nothing of any network but its own
site, and a content security policy written in the page makes the browser hold it to that
(inline scripts are named by their hash, so even a forgotten escape could not run). Reports
are one file; the page of a dataset loads the script and the data of its map from beside
it (:mod:`opendata.site.assets`), also from a disk. Both languages are in the page.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from opendata.language import Text
from opendata.site import assets, downloads, labels, links, summary, wording
from opendata.site.location import location_of, place_href
from opendata.site.schedule import describe_cron
from opendata.site.sketch import outline_of

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "describe_cron",
    "render_check",
    "render_dataset",
    "render_difference",
    "render_home",
    "render_report",
]

_TEMPLATES = Path(__file__).parent / "templates"


def render_home(
    datasets: Sequence[Mapping[str, Any]], catalogue: Mapping[str, Any] | None = None
) -> str:
    """The page of the whole catalogue, one entry per dataset, in the order given.

    ``catalogue`` has title, title_en, description, description_en, publisher,
    publisher_url, contact and files (name, title_fr, title_en). An entry may have, besides
    its figures, ``outlines`` and ``points`` for its ornament (:func:`outline_of`). Every
    key may be missing.
    """
    return render(
        "home.html",
        datasets=datasets,
        outlines=[outline_of(one.get("outlines"), one.get("points") or ()) for one in datasets],
        main_files=[downloads.main_files(one.get("files") or []) for one in datasets],
        catalogue=catalogue or {},
    )


def render_dataset(page: Mapping[str, Any]) -> str:
    """The page of one dataset: its map and places, downloads, quality, sources, use.

    ``page["rows"]`` are the first places, which the page shows to whoever has no scripts;
    all of them come from ``page["scripts"]["data"]`` (:mod:`opendata.site.explorer`). Every
    key but ``id`` and ``title`` may be missing.
    """
    rows = page.get("rows") or []
    names = {
        str(c.get("code")): Text(str(c.get("fr")), str(c.get("en")))
        for c in page.get("categories") or []
    }
    report = page.get("report") or {}
    precisions = report.get("precisions") or {}
    total = page.get("places")
    scripts = downloads.scripts_of(page.get("scripts"))
    return render(
        "dataset.html",
        page=page,
        report=report,
        scripts=scripts,
        places=[_place(row, names) for row in rows],
        places_total=len(rows) if total is None else total,
        communes=page.get("communes_count"),
        located=sum(int(precisions.get(code) or 0) for code in labels.LOCATED),
        main_files=downloads.main_files(page.get("files") or []),
        downloads=downloads.groups(page.get("files") or [], page.get("metadata") or []),
        sources=page.get("sources") or report.get("sources") or [],
        outline=outline_of(page.get("outlines"), page.get("points") or ()),
        policy=assets.policy(
            "language.js",
            shared=bool(scripts),
            images=downloads.image_host(page.get("tiles_host")) if scripts else "",
        ),
    )


def render_report(report: Mapping[str, Any], dataset_href: str = "") -> str:
    """The report of one release, for stewards.

    ``dataset_href`` is the relative address of the dataset's page, linked when given
    (``../../index.html`` from a published release; a staged one has none).
    """
    return render(
        "report.html",
        report=report,
        state=summary.state_of(report),
        problems=summary.problems_by_source(report.get("problemes") or []),
        titles={str(s.get("source")): s.get("titre") for s in report.get("sources") or []},
        fields={
            str(f.get("champ")): Text(str(f.get("titre")), str(f.get("titre_en") or f.get("titre")))
            for f in report.get("champs") or []
        },
        location=location_of(report, dataset_href),
        dataset_href=dataset_href,
    )


def render_check(check: Mapping[str, Any], repaired: bytes = b"") -> str:
    """The page about one file, for its producer (``opendata.diagnosis.diagnose``).

    ``repaired`` is the producer's own file put right, as a CSV that the page carries.
    """
    from opendata.site.check_page import page_values

    return render("check.html", **page_values(check, repaired))


def render_difference(found: Mapping[str, Any]) -> str:
    """What a release that waits would change (``opendata.release.difference.difference``)."""
    from opendata.site.difference import difference_values

    return render("difference.html", **difference_values(found))


@dataclass(frozen=True, slots=True)
class _Place:
    """One row, ready to be shown: only checked links, only known words."""

    anchor: str
    id: str
    name: str
    categories: tuple[Text, ...]
    address: str
    town: str
    phone: str
    phone_href: str
    sites: tuple[tuple[str, str], ...]
    hours: tuple[Text, ...]
    precision: Text
    sources: str


def _place(row: Mapping[str, Any], names: Mapping[str, Text]) -> _Place:
    identifier, phone = _plain(row, "lieu_id"), _plain(row, "telephone")
    codes = [str(code) for code in row.get("categories") or []]
    sites = (links.web_url(part) for part in _plain(row, "site_web").split("|"))
    hours = (part.strip() for part in _plain(row, "horaires").split(";"))
    return _Place(
        anchor=links.place_anchor(identifier),
        id=identifier,
        name=_plain(row, "nom"),
        categories=tuple(names.get(code, Text(code, code)) for code in codes),
        address=_plain(row, "adresse"),
        town=f"{_plain(row, 'code_postal')} {_plain(row, 'commune')}".strip(),
        phone=links.phone_shown(phone),
        phone_href=links.phone_href(phone),
        sites=tuple((url, links.web_host(url)) for url in sites if url),
        hours=tuple(links.hours_shown(part) for part in hours if part),
        precision=labels.label(labels.PRECISIONS_SHORT, row.get("geo_precision") or "aucune"),
        sources=", ".join(str(source) for source in row.get("sources") or []),
    )


def _plain(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value).strip()


def render(template: str, **values: Any) -> str:
    """A template of ``templates/`` with its values; ``policy`` may be among them."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> "Environment":
    from jinja2 import ChainableUndefined, Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=ChainableUndefined,  # a missing optional value is an empty one
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_WORDS)
    environment.globals.update(
        style=assets.inline("style.css"),
        head_script=assets.inline("language.js"),
        policy=assets.policy("language.js"),
    )
    environment.filters["json_ld"] = _json_in_html
    return environment


def _in_order(counts: Mapping[str, Any], codes: Sequence[str]) -> list[str]:
    """The codes that are counted, known ones first in their usual order."""
    return [c for c in codes if c in counts] + sorted(c for c in counts if c not in codes)


def _joined(reasons: object) -> str:
    if isinstance(reasons, list | tuple):
        return " ; ".join(str(reason) for reason in reasons)
    return str(reasons or "")


def _known(codes: dict[str, Text]) -> Callable[[object], Markup]:
    return lambda code: wording.both(*labels.label(codes, code))


_WORDS: dict[str, Any] = {
    "t": wording.both,
    "colon": wording.COLON,
    "num": wording.number_html,
    "signed": wording.signed_html,
    "pct": wording.percent_html,
    "share": wording.share,
    "size": wording.size_html,
    "counted": wording.counted_html,
    "day": wording.day_html,
    "spaced": wording.french_spacing,
    "web_url": links.web_url,
    "web_host": links.web_host,
    "relative": links.relative_path,
    "contact_href": links.contact_href,
    "addressed": links.addressed,
    "file_format": downloads.format_shown,
    "precision_name": _known(labels.PRECISIONS),
    "precision_short": _known(labels.PRECISIONS_SHORT),
    "precision_meaning": _known(labels.PRECISION_MEANINGS),
    "method_name": _known(labels.METHODS),
    "neighbour_name": _known(labels.NEIGHBOURS),
    "state_name": _known(labels.STATES),
    "severity_name": _known(labels.SEVERITIES),
    "type_name": _known(labels.TYPES),
    "precision_codes": tuple(labels.PRECISIONS),
    "method_codes": tuple(labels.METHODS),
    "place_href": place_href,
    "in_order": _in_order,
    "joined": _joined,
    "equation": summary.equation,
    "balances": summary.balances,
}


def _json_in_html(value: object) -> Markup:
    """JSON that cannot end the element it is in, whatever its strings hold."""
    from jinja2.utils import htmlsafe_json_dumps

    return htmlsafe_json_dumps(value, dumps=partial(json.dumps, ensure_ascii=False))

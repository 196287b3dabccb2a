"""The pages people see: the catalogue, a dataset, the report of a release.

Pure functions, data in and HTML text out. A page is one file: style and script are
inside it, it asks nothing of any network, and a content security policy written in
the page makes the browser hold it to that (scripts are named by their hash, so even a
forgotten escape could not run). Both languages are in the page.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from opendata.language import Text
from opendata.site import labels, links, summary, wording
from opendata.site.location import location_of, place_href
from opendata.site.schedule import describe_cron
from opendata.site.sketch import Mark, sketch_of

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
_MAIN_FILES = ("lieux.csv", "lieux.xlsx", "lieux.geojson")


def render_home(datasets: Sequence[Mapping[str, Any]]) -> str:
    """The page of the whole catalogue, one entry per dataset, in the order given."""
    return _render("home.html", datasets=datasets)


def render_dataset(page: Mapping[str, Any]) -> str:
    """The page of one dataset: figures, downloads, places, accounts, dictionary, releases.

    ``page["rows"]`` are the places; each becomes a line of the table whether or not the
    reader has scripts. Every key but ``id`` and ``title`` may be missing.
    """
    rows = page.get("rows") or []
    sketch = sketch_of(rows)
    categories = page.get("categories") or []
    names = {str(c.get("code")): Text(str(c.get("fr")), str(c.get("en"))) for c in categories}
    marks = sketch.marks if sketch else (None,) * len(rows)
    report = page.get("report") or {}
    files = {str(file.get("name")): file for file in page.get("files") or []}
    return _render(
        "dataset.html",
        page=page,
        report=report,
        sketch=sketch,
        places=[_place(row, mark, names) for row, mark in zip(rows, marks, strict=True)],
        departements=sorted({str(row["departement"]) for row in rows if row.get("departement")}),
        communes=len(
            {(str(r["commune"]), str(r.get("departement"))) for r in rows if r.get("commune")}
        ),
        main_files=[files[name] for name in _MAIN_FILES if name in files],
        json_ld=_json_ld(page),
    )


def render_report(report: Mapping[str, Any], dataset_href: str = "") -> str:
    """The report of one release, for stewards.

    ``dataset_href`` is the relative address of the dataset's page, linked when given
    (``../../index.html`` from a published release; a staged one has none).
    """
    return _render(
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

    return _render("check.html", **page_values(check, repaired))


def render_difference(found: Mapping[str, Any]) -> str:
    """What a release that waits would change (``opendata.release.difference.difference``)."""
    from opendata.site.difference import difference_values

    return _render("difference.html", **difference_values(found))


@dataclass(frozen=True, slots=True)
class _Place:
    """One row, ready to be shown: only checked links, only known words."""

    anchor: str
    id: str
    name: str
    codes: str
    categories: tuple[Text, ...]
    departement: str
    address: str
    town: str
    phone: str
    phone_href: str
    sites: tuple[tuple[str, str], ...]
    hours: tuple[Text, ...]
    precision: Text
    sources: str
    mark: Mark | None


def _place(row: Mapping[str, Any], mark: Mark | None, names: Mapping[str, Text]) -> _Place:
    identifier, phone = _plain(row, "lieu_id"), _plain(row, "telephone")
    codes = [str(code) for code in row.get("categories") or []]
    sites = (links.web_url(part) for part in _plain(row, "site_web").split("|"))
    hours = (part.strip() for part in _plain(row, "horaires").split(";"))
    return _Place(
        anchor=links.place_anchor(identifier),
        id=identifier,
        name=_plain(row, "nom"),
        codes=" ".join(codes),
        categories=tuple(names.get(code, Text(code, code)) for code in codes),
        departement=_plain(row, "departement"),
        address=_plain(row, "adresse"),
        town=f"{_plain(row, 'code_postal')} {_plain(row, 'commune')}".strip(),
        phone=links.phone_shown(phone),
        phone_href=links.phone_href(phone),
        sites=tuple((url, links.web_host(url)) for url in sites if url),
        hours=tuple(links.hours_shown(part) for part in hours if part),
        precision=labels.label(labels.PRECISIONS_SHORT, row.get("geo_precision") or "aucune"),
        sources=", ".join(str(source) for source in row.get("sources") or []),
        mark=mark,
    )


def _plain(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value).strip()


def _json_ld(page: Mapping[str, Any]) -> dict[str, Any]:
    """The dataset in schema.org's words, for search engines; empty values are left out."""
    base = str(page.get("base") or "")
    described = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": page.get("title"),
        "alternateName": page.get("title_en"),
        "description": page.get("description"),
        "version": page.get("version"),
        "dateModified": page.get("created"),
        "license": links.web_url((page.get("licence") or {}).get("url")),
        "isAccessibleForFree": True,
        "spatialCoverage": (page.get("territory") or {}).get("fr"),
        "publisher": page.get("publisher") and {"@type": "Organization", "name": page["publisher"]},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.get("title_fr") or file.get("name"),
                "contentUrl": f"{base}/{file.get('name')}",
                "encodingFormat": file.get("format"),
                "contentSize": f"{file.get('bytes')} B",
                "sha256": file.get("sha256"),
            }
            for file in page.get("files") or []
        ],
    }
    return {key: value for key, value in described.items() if value}


def _render(template: str, **values: Any) -> str:
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
        style=_asset("style.css"),
        head_script=_asset("language.js"),
        places_script=_asset("places.js"),
        policy=_policy("language.js", "places.js"),
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


@cache
def _asset(name: str) -> Markup:
    # The hash in the policy is of these very characters, so they are fixed once, here.
    text = (_TEMPLATES / name).read_text(encoding="utf-8").strip()
    return Markup(f"\n{text}\n")  # noqa: S704 - our own file, not data


def _policy(*scripts: str) -> str:
    digests = (hashlib.sha256(_asset(name).encode()).digest() for name in scripts)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _json_in_html(value: object) -> Markup:
    """JSON that cannot end the element it is in, whatever its strings hold."""
    from jinja2.utils import htmlsafe_json_dumps

    return htmlsafe_json_dumps(value, dumps=partial(json.dumps, ensure_ascii=False))

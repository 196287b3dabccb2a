"""What may become a link, and how an address, a number or opening hours are shown.

Source files are written by strangers: only http and https addresses are ever linked,
so ``javascript:`` and ``data:`` stay text.
"""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from opendata.language import Text

_UNSAFE = re.compile(r"[\s<>\"'`\\\x00-\x1f\x7f]")
_RELATIVE = re.compile(r"(\.\./)*\w[\w.\-]*(/\w[\w.\-]*)*/?(#[\w\-]+)?")
_STABLE = re.compile(r"(?<![\w/])(latest/[\w\-]+(?:\.[\w\-]+)*)")
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(\.[\w\-]+)+", re.ASCII)
_FRENCH_PHONE = re.compile(r"\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)")
_OSM_WORDS = {
    "Mo": Text("lun", "Mon"),
    "Tu": Text("mar", "Tue"),
    "We": Text("mer", "Wed"),
    "Th": Text("jeu", "Thu"),
    "Fr": Text("ven", "Fri"),
    "Sa": Text("sam", "Sat"),
    "Su": Text("dim", "Sun"),
    "PH": Text("jours fériés", "public holidays"),
    "SH": Text("vacances scolaires", "school holidays"),
    "off": Text("fermé", "closed"),
}
_PLACE_ID = re.compile(r"l-[0-9a-z]{1,40}")
_WORD_JOINER = "\u2060"  # keeps 09:00–12:00 on one line
_OSM_WORD = re.compile(r"\b(" + "|".join(_OSM_WORDS) + r")\b")


def web_url(value: Any) -> str:
    """The address when it is a plain http(s) one, else ""."""
    text = "" if value is None else str(value).strip()
    if not text or _UNSAFE.search(text):
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    return text if parts.scheme.lower() in ("http", "https") and host else ""


def web_host(url: str) -> str:
    """What a link to ``url`` says: its host without ``www.``."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def relative_path(value: Any) -> str:
    """A relative path made of plain names, so without a scheme or a host; else ""."""
    text = "" if value is None else str(value).strip()
    return text if _RELATIVE.fullmatch(text) else ""


def addressed(code: Any) -> Markup:
    """Lines of code in which the page completes the stable addresses it stands beside."""
    parts = _STABLE.split(str(code or ""))
    # split() on a group puts what was found at the odd places.
    return Markup("").join(
        Markup('<span data-address="{0}">{0}</span>').format(part) if odd % 2 else escape(part)
        for odd, part in enumerate(parts)
    )


def place_anchor(value: Any) -> str:
    """The id of a place as the name of its line on the dataset's page; "" for anything else."""
    text = "" if value is None else str(value).strip()
    return text if _PLACE_ID.fullmatch(text) else ""


def map_url(latitude: float, longitude: float) -> str:
    """Where a point (degrees, WGS 84) is shown on OpenStreetMap."""
    spot = f"{latitude:.6f}", f"{longitude:.6f}"
    return "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=17/{0}/{1}".format(*spot)


def contact_href(value: Any) -> str:
    """``mailto:`` for an e-mail address, the address itself for a web page, else ""."""
    text = "" if value is None else str(value).strip()
    return f"mailto:{text}" if _EMAIL.fullmatch(text) else web_url(text)


def phone_shown(value: str) -> str:
    """A metropolitan number in pairs (``02 38 00 00 00``); any other as it is."""
    found = _FRENCH_PHONE.fullmatch(value)
    return "\u00a0".join((f"0{found[1]}", *found.groups()[1:])) if found else value


def phone_href(value: str) -> str:
    """``tel:`` for an international number, else ""."""
    return f"tel:{value}" if re.fullmatch(r"\+[0-9]{6,15}", value) else ""


@lru_cache(maxsize=4096)
def hours_shown(osm: str) -> Text:
    """OpenStreetMap hours with day names a reader knows; the times are left untouched."""

    def translated(language: int) -> str:
        spoken = _OSM_WORD.sub(lambda found: _OSM_WORDS[found[1]][language], osm)
        spoken = re.sub(r"(?<=\d)-(?=\d)", f"–{_WORD_JOINER}", spoken)
        spoken = re.sub(r"(?<=\S)-(?=\S)", "–", spoken)
        return re.sub(r",(?=\w)", ", ", spoken)

    return Text(translated(0), translated(1))

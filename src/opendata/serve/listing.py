"""The page of a folder that has no page of its own, and the sentences of refusals."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from opendata.language import Text

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "td{padding:.15rem 1.5rem .15rem 0}td+td{text-align:right}"
    "[lang=en]{opacity:.8}a{overflow-wrap:anywhere}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
#: Nothing may run, nothing may be fetched, and the one style sheet is the one written here.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def listing(inside: str, entries: Sequence[tuple[str, int | None]]) -> str:
    """The names in the folder ``inside`` ("" for the top) as a page in both languages.

    ``entries`` are names and sizes in bytes, ``None`` for folders.
    """
    title = escape(f"/{inside}/" if inside else "/")
    rows = "\n".join(_row(name, size) for name, size in entries)
    up = '<p><a href="../">../</a></p>\n' if inside else ""
    return (
        '<!doctype html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Fichiers de {title} · Files of {title}</title>\n<style>{_STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n<h1>Fichiers de {title} "
        f'<span lang="en">· Files of {title}</span></h1>\n{up}'
        "<table>\n<thead><tr><th scope=\"col\">Nom · <span lang=\"en\">Name</span></th>"
        "<th scope=\"col\">Octets · <span lang=\"en\">Bytes</span></th></tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</main>\n</body>\n</html>\n"
    )  # fmt: skip


def _row(name: str, size: int | None) -> str:
    shown = name if size is not None else f"{name}/"
    # "./" so that a name with a colon is no scheme.
    href = escape("./" + quote(shown))
    digits = "" if size is None else f"{size:,}".replace(",", "\u202f")
    return f'<tr><td><a href="{href}">{escape(shown)}</a></td><td>{digits}</td></tr>'


NOT_FOUND = Text(
    "Rien n'est publié à cette adresse ; voyez la liste des jeux de données à la racine du site.",
    "Nothing is published at this address; see the list of datasets at the root of the site.",
)
NOTHING_YET = Text(
    "Rien n'est encore publié ici : lancez « opendata run JEU » dans un autre terminal "
    "(par exemple « opendata run demo »), puis rechargez cette page.",
    "Nothing is published here yet: run “opendata run DATASET” in another terminal "
    "(for instance “opendata run demo”), then reload this page.",
)
NOT_ALLOWED = Text(
    "Ce site se lit seulement : les méthodes admises sont GET, HEAD et OPTIONS.",
    "This site is only read: the methods allowed are GET, HEAD and OPTIONS.",
)
CHANGED = Text(
    "Le fichier a changé depuis la version que la requête nomme : recommencez la lecture, ou "
    "lisez l'adresse d'une version, qui ne change jamais.",
    "The file has changed since the version the request names: start reading again, or read "
    "the address of a release, which never changes.",
)
OUT_OF_RANGE = Text(
    "Aucun des octets demandés n'est dans le fichier ; sa taille est dans Content-Range.",
    "None of the bytes asked for is in the file; its size is in Content-Range.",
)
DEFECT = Text(
    "Défaut imprévu du serveur ; le terminal où il tourne en dit plus.",
    "Unforeseen defect of the server; the terminal it runs in says more.",
)

"""Which reference files are in use, as ``opendata reference status`` tells."""

from typing import Any, get_args

from opendata.geocode.update.result import Kind
from opendata.geocode.update.store import count_of, is_whole, read_note
from opendata.paths import Paths

#: What each kind of file counts, by the name that its note gives it.
_COUNTED = {"communes": "communes", "ban": "addresses"}


def reference_state(paths: Paths) -> list[dict[str, Any]]:
    """One entry per file of ``data/reference``, by département, communes before addresses.

    ``state`` is ``en_usage``, or ``abime`` when the file is not the one its note vouches for:
    the next update, or the next run that needs it, makes it again. ``count`` is of communes
    or of addresses.
    """
    entries = []
    for kind in get_args(Kind):
        for path in paths.reference.glob(f"{kind}-*.parquet"):
            note = read_note(path)
            entries.append(
                {
                    "departement": path.stem.removeprefix(f"{kind}-"),
                    "kind": kind,
                    "state": "en_usage" if is_whole(path, note) else "abime",
                    "vintage": str(note.get("vintage", "")),
                    "count": count_of(note, _COUNTED[kind]),
                    "licence": str(note.get("licence", "")),
                    "attribution": str(note.get("attribution", "")),
                    "url": str(note.get("url", "")),
                    "via": str(note.get("via", "")),
                }
            )
    return sorted(entries, key=lambda entry: (entry["departement"], entry["kind"] == "ban"))

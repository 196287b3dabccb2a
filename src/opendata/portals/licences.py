"""The licence of a dataset in the list of a portal."""

from collections.abc import Iterable, Sequence

from opendata.language import Text
from opendata.portals.wanted import Wanted

#: What portals call a licence that is not in their list, the most telling first.
_OTHER = ("other-at", "other-open", "notspecified")
_NOTHING = Text("", "")


def licence_among(
    listed: Sequence[str],
    names: Iterable[str],
    wanted: Wanted,
    notes: list[Text],
    besides: Text = _NOTHING,
) -> str:
    """The first of ``names`` that the portal lists, else "other", with a note that says so.

    ``besides`` is where the portal still tells which licence it is.
    """
    known = [name for name in names if name in listed]
    if known:
        return known[0]
    other = next((one for one in _OTHER if one in listed), _OTHER[-1])
    notes.append(
        Text(
            f"ce portail n'a pas la licence « {wanted.licence_title} » dans sa liste : elle y est "
            f"« {other} »{besides.fr}",
            f"this portal's list has no licence “{wanted.licence_title}”: it becomes "
            f"“{other}”{besides.en}",
        )
    )
    return other

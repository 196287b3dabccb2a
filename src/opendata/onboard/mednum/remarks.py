"""What a conversion says: what could not be carried over, and what a reader has to know."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from opendata.language import Text

_COMMENT_WIDTH = 96
_LONGEST_ENTRY = 120


class Remarks:
    """The warnings of one conversion, and its comments by place (``mapping.<field>``)."""

    def __init__(self) -> None:
        self.warnings: list[Text] = []
        self._comments: dict[str, list[str]] = {}

    @property
    def comments(self) -> Mapping[str, tuple[str, ...]]:
        """The lines to put above each place of the TOML."""
        return {
            place: tuple(part for line in lines for part in textwrap.wrap(line, _COMMENT_WIDTH))
            for place, lines in self._comments.items()
        }

    def note(self, place: str, line: str) -> None:
        """Put a comment above a place, without a warning."""
        self._comments.setdefault(place, []).append(line)

    def not_published(self, key: str) -> None:
        """Their key is no field of ours."""
        self._warn(
            "mapping",
            key,
            Text(
                "aucun champ publié n'y correspond : la clé n'est pas reprise",
                "no published field corresponds: the key is not carried over",
            ),
        )

    def not_carried(self, target: str, key: str, names: Sequence[str]) -> None:
        """No rule of ours does what the keys ``names`` of an entry do."""
        joined = ", ".join(names)
        self._warn(
            f"mapping.{target}",
            key,
            Text(
                f"aucune règle ne correspond à « {joined} », qui n'est pas repris",
                f"no rule corresponds to “{joined}”, which is left out",
            ),
        )

    def not_understood(self, target: str, key: str, entry: Any) -> None:
        """An entry is not of a form that their files have."""
        whole = json.dumps(entry, ensure_ascii=False)
        shown = whole if len(whole) <= _LONGEST_ENTRY else whole[: _LONGEST_ENTRY - 1] + "…"
        self._warn(
            f"mapping.{target}",
            key,
            Text(
                f"« {shown} » n'est pas compris, et n'est pas repris",
                f"“{shown}” is not understood, and is left out",
            ),
        )

    def not_in_list(self, target: str, key: str, value: str) -> None:
        """The closed list of a field has no such term, today or formerly."""
        self._warn(
            f"mapping.{target}",
            key,
            Text(
                f"« {value} » n'est pas dans la liste de « {target} », la règle n'est pas reprise",
                f"“{value}” is not in the list of “{target}”, the rule is left out",
            ),
        )

    def _warn(self, place: str, key: str, reason: Text) -> None:
        self.warnings.append(Text(f"« {key} » : {reason.fr}.", f"“{key}”: {reason.en}."))
        self.note(place, f"Not carried over, {key}: {reason.en}.")

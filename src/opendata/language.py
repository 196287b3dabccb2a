"""Which language messages are written in: French unless OPENDATA_LANG says ``en``.

Stewards read French; the English twin of every sentence is one setting away.
The variable is read at each call so that a test or a long-lived worker can change it.
"""

import os
from typing import Literal, NamedTuple

Language = Literal["fr", "en"]


class Text(NamedTuple):
    """One sentence in both languages; ``str()`` gives the current one."""

    fr: str
    en: str

    def __str__(self) -> str:
        return self.en if current_language() == "en" else self.fr

    def in_language(self, language: Language) -> str:
        return self.en if language == "en" else self.fr


def current_language() -> Language:
    """The language of this moment's messages."""
    return "en" if os.environ.get("OPENDATA_LANG", "fr").lower().startswith("en") else "fr"

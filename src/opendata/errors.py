"""Everything that can stop a piece of work, as one tree.

    OpendataError                exit status 3: the job failed and nothing was published
    ├── UsageError               exit status 2: wrong usage or configuration
    │   └── CatalogError         a TOML, schema or vocabulary file that cannot be used
    ├── SourceError              costs one source only: its last good copy is used instead
    │   ├── FetchError           the bytes could not be had
    │   ├── ReadError            the bytes are not the table they should be
    │   └── ContractError        the table is not the one the source promised
    ├── ReferenceDataError       the commune reference is missing or damaged
    ├── BusyError                another publication of the same dataset is under way
    └── ReleaseError             a release could not be staged, promoted or taken back

Every error is one sentence in French and the same in English: what, which value,
what is allowed, what to do. ``code`` names the sentence for machines and tests.
"""

from opendata.language import current_language


class OpendataError(Exception):
    """The root of the tree; ``str(error)`` is the sentence in the current language."""

    exit_status = 3

    def __init__(self, code: str, *, fr: str, en: str) -> None:
        super().__init__(code, fr, en)
        self.code = code
        self.fr = fr
        self.en = en

    def __str__(self) -> str:
        return self.en if current_language() == "en" else self.fr

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive pickling by default, and flow
        # engines pickle exceptions.
        return _rebuild, (type(self), self.code, self.fr, self.en)


def _rebuild(kind: type[OpendataError], code: str, fr: str, en: str) -> OpendataError:
    return kind(code, fr=fr, en=en)


class UsageError(OpendataError):
    """Wrong usage or configuration: nothing was tried."""

    exit_status = 2


class CatalogError(UsageError):
    """A file of the catalogue, of the schemas or of the vocabularies cannot be used."""


class SourceError(OpendataError):
    """One source cannot be used today; the others are not concerned."""


class FetchError(SourceError):
    """The bytes of a source could not be had, or are not what they should be."""


class ReadError(SourceError):
    """The bytes of a source cannot be read as a table."""


class ContractError(SourceError):
    """The table of a source breaks the promise written in its contract."""


class ReferenceDataError(OpendataError):
    """The commune reference is missing, damaged or could not be updated."""


class BusyError(OpendataError):
    """Another publication of the same dataset is under way."""


class ReleaseError(OpendataError):
    """A release could not be staged, promoted or taken back."""

"""Which code gives the answers: an answer of other code is never taken for one of this."""

import hashlib
from functools import cache
from pathlib import Path

#: Code outside this package that answers follow from, beside the reference.
_ALSO = ("names.py", "addresses.py", "gazetteer.py", "../schema.py")


@cache
def code_version() -> str:
    """A hash of the matcher's own files: nobody has to remember to raise a number."""
    package = Path(__file__).parent
    files = [*sorted(package.glob("*.py")), *(package.parent / name for name in _ALSO)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]

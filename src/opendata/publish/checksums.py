"""SHA256SUMS, in the form ``sha256sum -c`` reads."""

from pathlib import Path

from opendata.files import sha256_of

NAME = "checksums"
FILE = "SHA256SUMS"


def write(folder: Path) -> None:
    """One line per file of the folder, in alphabetical order."""
    lines = [
        f"{sha256_of(path)}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name != FILE
    ]
    (folder / FILE).write_text("".join(lines), encoding="utf-8", newline="")


def verify(folder: Path) -> bool:
    """Whether the folder holds exactly the files it says, unchanged."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
        stated = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        present = {path.name for path in folder.iterdir()} - {FILE}
        return present == set(stated) and all(
            sha256_of(folder / name) == digest for name, digest in stated.items()
        )
    except (OSError, ValueError):
        return False

"""An environment of its own for a peer that is measured beside ours."""

import hashlib
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def installed(name: str, absent: type[RuntimeError]) -> Path:
    """The Python of a peer's environment, made if it is not there or its pins have changed.

    The pins are those of ``benchmarks/requirements-<name>.txt``, the environment is
    ``build/<name>-venv``. Raises ``absent``, in one sentence, where it cannot be made.
    """
    venv = PROJECT / "build" / f"{name}-venv"
    requirements = Path(__file__).with_name(f"requirements-{name}.txt")
    python, stamp = venv / "bin" / "python", venv / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and python.is_file():
        return python
    print(f"Installing {name} into {venv.relative_to(PROJECT)} (once)", flush=True)
    try:
        make = [sys.executable, "-m", "venv", "--clear", str(venv)]
        subprocess.run(make, check=True, capture_output=True, text=True)
        quiet = ["--quiet", "--disable-pip-version-check"]
        command = [str(python), "-m", "pip", "install", *quiet, "-r", str(requirements)]
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        words = str(getattr(error, "stderr", "") or error)
        raise absent(f"{name} could not be installed: {words[-600:]}") from error
    stamp.write_text(wanted)
    return python

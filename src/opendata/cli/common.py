"""What the commands share: speaking two languages, settings, JSON."""

import json
import os
from typing import Any

import click

from opendata.language import current_language
from opendata.paths import Paths, paths_from_environment


def say(fr: str, en: str, *, err: bool = False) -> None:
    """Print a sentence in the language of the session."""
    click.echo(en if current_language() == "en" else fr, err=err)


def settings() -> Paths:
    """The folders of this installation, refused at once when nothing can work with them."""

    from opendata.catalog import check_settings

    paths = paths_from_environment()
    check_settings(paths)
    return paths


def print_json(value: Any) -> None:
    """Print a result for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


#: What ``--author`` is when it is not given, as the help of the commands says it.
AUTHOR_DEFAULT = "(default: the login name of the session, USER, or “steward” without one)"


def author_or_login(author: str | None) -> str:
    """Who signs a correction or a decision: the name given, else the login of the session."""
    return (author or "").strip() or os.environ.get("USER") or "steward"

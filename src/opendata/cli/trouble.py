"""The sentences for what click and the flow's engine refuse, which they say in English."""

import os
import re
from collections.abc import Mapping

import click

from opendata.language import Text


def prefect_trouble(problem: Exception) -> Text | None:
    """The sentence for a flow engine that does not answer; None for anything else."""
    server = os.environ.get("PREFECT_API_URL")
    if "ephemeral Prefect API server" in str(problem):
        folder = os.environ.get("PREFECT_HOME", "~/.prefect")
        return Text(
            f"Prefect n'a pas démarré (sa base est dans {folder}) : rien n'est publié ; vérifiez "
            "que ce dossier peut être écrit (PREFECT_HOME), puis relancez la même commande.",
            f"Prefect did not start (its database is in {folder}): nothing is published; check "
            "that this folder can be written (PREFECT_HOME), then run the same command again.",
        )
    unreached = type(problem).__module__.split(".")[0] in ("httpx", "httpcore")
    if server and (unreached or "Failed to reach API" in str(problem)):
        return Text(
            f"Le serveur Prefect {server} ne répond pas : rien n'est publié ; démarrez-le "
            "(« prefect server start ») ou retirez PREFECT_API_URL, puis relancez.",
            f"The Prefect server {server} does not answer: nothing is published; start it "
            "(“prefect server start”) or remove PREFECT_API_URL, then run again.",
        )
    return None


#: What click says, and the same in French.
_USAGE: Mapping[str, str] = {
    r"No such command '(?P<x>[^']+)'\.(?: Did you mean (?P<y>.+)\?)?":
        "la commande « {x} » n'existe pas{near} ; « opendata --help » les liste toutes.",
    r"No such option '?(?P<x>[^'. ]+)'?\.?(?: Did you mean (?P<y>.+)\?)?":
        "l'option « {x} » n'existe pas{near} ; « {path} --help » les liste toutes.",
    r"Missing (?:argument|option) '(?P<x>[^']+)'\.?.*":
        "il manque « {x} » ; « {path} --help » dit comment l'écrire.",
    r"Invalid value for '(?P<x>[^']+)': '(?P<v>.*)' is not one of (?P<y>.+)\.":
        "« {x} » vaut « {v} », qui n'est pas admis ; admis : {y}.",
    r"Got unexpected extra arguments? \((?P<x>.+)\)":
        "« {x} » est de trop ; « {path} --help » dit ce qui est attendu.",
    r"Option '(?P<x>[^']+)' requires an argument\.": "l'option « {x} » attend une valeur.",
}  # fmt: skip


def usage_sentence(error: click.UsageError) -> Text:
    """What is wrong with a command line; click's own words where there are no others."""
    english = error.format_message()
    path = error.ctx.command_path if error.ctx else "opendata"
    for pattern, french in _USAGE.items():
        found = re.fullmatch(pattern, english, re.DOTALL)
        if found:
            words = {
                name: (said or "").replace("'", "") for name, said in found.groupdict().items()
            }
            near = f" (voulez-vous dire « {words.get('y')} » ?)" if words.get("y") else ""
            return Text(french.format(**words, near=near, path=path), english)
    return Text(english, english)

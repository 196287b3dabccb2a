"""What a person is told of a draft before anything else."""

from collections.abc import Sequence

from opendata.language import Text
from opendata.onboard.draft import Draft
from opendata.onboard.profile import Profile
from opendata.report import group_issues

#: Lines of a file that are named, of those that have the same fault.
_MOST_LINES = 5
#: Issues of the reader that :func:`ragged_lines` tells of.
_SAID_BEFORE = frozenset(
    ("ligne_coupee", "ligne_irreguliere", "ligne_decalee", "guillemet_non_ferme")
)


def ragged_lines(profile: Profile) -> list[Text]:
    """What the draft made of rows that have not as many cells as the header."""
    said = []
    if profile.joined:
        said.append(
            Text(
                f"{len(profile.joined)} × un retour à la ligne coupait l'enregistrement "
                f"({_lines(profile.joined).fr}) : il a été recollé.",
                f"{len(profile.joined)} × a line break cut the record "
                f"({_lines(profile.joined).en}): it was joined again.",
            )
        )
    if profile.irregular:
        end = (
            Text("c'est le cas de plus de la moitié du fichier : vérifiez l'en-tête.",
                 "so does more than half of the file: check the header.")
            if profile.mostly_irregular
            else Text("le brouillon n'en tient pas compte, corrigez-les dans le fichier.",
                      "the draft leaves them out, correct them in the file.")
        )  # fmt: skip
        said.append(
            Text(
                f"{len(profile.irregular)} × la ligne n'a pas le nombre de cellules de l'en-tête "
                f"({_lines(profile.irregular).fr}) : {end.fr}",
                f"{len(profile.irregular)} × the line does not have as many cells as the header "
                f"({_lines(profile.irregular).en}): {end.en}",
            )
        )
    return said


def _lines(numbers: Sequence[int]) -> Text:
    """The first of these lines, as part of a sentence."""
    listed = ", ".join(map(str, numbers[:_MOST_LINES]))
    more = "…" if len(numbers) > _MOST_LINES else ""
    several = "s" if len(numbers) > 1 else ""
    return Text(f"ligne{several} {listed}{more}", f"line{several} {listed}{more}")


def first_looks(drafted: Draft) -> list[str]:
    """What a person should read before anything else, one sentence each."""
    guess = drafted.guess
    looks = [
        Text("le producteur et la licence : sans licence connue, rien n'est publié ;",
             "the publisher and the licence: without a known one nothing is published;"),
        Text("le nom (« {} ») et l'identifiant ({}) ;", "the name (“{}”) and the identifier ({});"),
    ]  # fmt: skip
    nom = next(iter(drafted.source.mapping["nom"])).columns
    lines = [str(looks[0]), str(looks[1]).format(nom[0], " + ".join(guess.key))]
    if guess.swapped:
        lines.append(
            str(Text("la latitude et la longitude : les valeurs contredisent les en-têtes ;",
                     "latitude and longitude: the values contradict the headers;"))
        )  # fmt: skip
    issues = drafted.harvest.issues
    if not guess.profile.mostly_irregular:
        issues = issues[~issues["row"].isin(guess.profile.irregular)]
    worst = [
        entry
        for entry in group_issues(issues)
        if entry["severity"] in ("error", "warning") and entry["code"] not in _SAID_BEFORE
    ]
    for entry in worst[:3]:
        sentence = Text(entry["phrase_fr"], entry["phrase_en"])
        where = Text(f"{entry['champ']} : ", f"{entry['champ']}: ") if entry["champ"] else ""
        lines.append(f"{entry['nombre']} × {where}{sentence}")
    return lines

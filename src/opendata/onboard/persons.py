"""What speaks of persons: a draft shows none of it."""

from opendata.normalise.personal import without_contacts, without_persons
from opendata.onboard.headers import says
from opendata.onboard.profile import Column

#: Headers of columns that speak of persons, though their values may not show it.
_HEADERS = (
    r"^(?:\w )?contacts?$|nom (?:du )?contact|contact nom|prenoms?|responsables?|referente?s?|"
    r"directeur|directrice|president|conseiller|"
    r"mediateur|interlocuteur|agent|userid\w*|auteur|author"
)


def is_personal(column: Column) -> bool:
    """Whether a column speaks of persons: its values are then shown to nobody."""
    # A box to tick (« Conseiller numérique : oui ») names nobody.
    telling = says(column.name, _HEADERS) and column.share("drapeau") <= 0.9
    contact = column.share("courriel", "telephone")
    return telling or contact > 0.2 or column.share("personne") > 0.4


def speaks_of_persons(text: str) -> bool:
    """Whether a text holds an address, a telephone number or a name after a civility."""
    return without_persons(text) != text or without_contacts(text) != text

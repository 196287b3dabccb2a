"""Published values the way French readers write them: ``02 54 00 00 00``, ``a ; b``."""

import re
from typing import Any

from opendata.language import Language
from opendata.normalise.phone import COUNTRY_CODES
from opendata.schema import SEPARATOR, fields
from opendata.sentences import sentence

#: Between the values of a cell of several, in a file meant for people.
_AMONG_PEOPLE = " ; "

_E164 = re.compile(r"\+\d{7,15}")


def told(issue: Any, language: Language) -> str:
    """The sentence of one line of an issues table, with telephone numbers as people write them."""
    if issue.field == "telephone" and "+" in issue.detail:
        issue = issue._replace(detail=_E164.sub(lambda found: _national(found[0]), issue.detail))
    return sentence(issue, language)


def as_people_write(field: str, published: str) -> str:
    """A published value as a French reader writes it: ``02 54 00 00 00``, ``a ; b``."""
    about = fields().get(field)
    if about is None:
        return published
    if about.normalise == "telephone":
        return _national(published)
    return published.replace(SEPARATOR, _AMONG_PEOPLE) if about.multiple else published


def _national(e164: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    if number.country_code not in COUNTRY_CODES:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)

"""What speaks of a person is not published, and the report says where it was.

The rule of open data in France is to publish no personal data without consent; a dataset
whose producers have it says so under ``[personal]`` in its TOML.
"""

import pandas as pd

from opendata.model import Dataset, issue_lines, join_issues
from opendata.normalise.personal import (
    is_nominative,
    without_person_in_name,
    without_person_who_owns,
    without_persons,
)
from opendata.normalise.phone import is_mobile
from opendata.schema import SEPARATOR, fold
from opendata.tables import over_distinct

#: How each text is rid of persons.
_TEXTS = {
    "nom": without_person_in_name,
    "structure_parente": without_person_who_owns,
    "presentation_detail": without_persons,
    "presentation_resume": without_persons,
    "complement_adresse": without_persons,
}


def without_personal_data(
    rows: pd.DataFrame, dataset: Dataset
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows without mobile numbers, nominative addresses and named persons, and the issues.

    ``rows`` has the published fields as text, ``source_id`` and ``ligne``.
    """
    issues = []
    if not dataset.publish_mobile_phones:
        found = has_mobile(rows)
        issues.append(_left_out(rows[found], "telephone", "telephone_mobile"))
        rows = rows.assign(telephone=rows["telephone"].mask(found, ""))
    if not dataset.publish_nominative_emails:
        stated = rows["courriels"]
        kept = generic_emails(rows)
        found = kept != stated
        issues.append(_left_out(rows[found], "courriels", "courriel_nominatif"))
        rows = rows.assign(courriels=kept)
        for name, clean in _TEXTS.items():
            stated = rows[name]
            kept = over_distinct(stated, clean)
            issues.append(_left_out(rows[kept != stated], name, "texte_nominatif"))
            rows = rows.assign(**{name: kept})
    return rows, join_issues(issues)


def has_mobile(rows: pd.DataFrame) -> pd.Series:
    """Whether the telephone of each row is a mobile (boolean, same index)."""
    mobile = {phone: bool(phone) and is_mobile(phone) for phone in rows["telephone"].unique()}
    return rows["telephone"].map(mobile).astype(bool)


def generic_emails(rows: pd.DataFrame) -> pd.Series:
    """The column ``courriels`` without the addresses that bear a person's name."""
    filled = rows[rows["courriels"] != ""]
    kept = []
    for emails, name, commune in filled[["courriels", "nom", "commune"]].itertuples(
        index=False, name=None
    ):
        words = frozenset(fold(f"{name} {commune}").split())
        generic = (one for one in emails.split(SEPARATOR) if not is_nominative(one, words))
        kept.append(SEPARATOR.join(generic))
    result = rows["courriels"].copy()
    result.loc[filled.index] = kept
    return result


def _left_out(rows: pd.DataFrame, field: str, code: str) -> pd.DataFrame:
    # The value itself is what must not be shown: the report only says where it is.
    return issue_lines(rows["ligne"], field, code, source=rows["source_id"])

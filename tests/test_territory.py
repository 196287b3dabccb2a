"""Who is inside, and where a row that names no known commune belongs."""

import pandas as pd
import pytest

from opendata.territory import departement_hint, departements_of, in_territory

ROWS = pd.DataFrame(
    {
        "code_insee": ["45234", "75110", "97411", ""],
        "code_departement": ["45", "75", "974", ""],
        "code_region": ["24", "11", "04", ""],
        "code_epci": ["244500468", "200054781", "249740119", ""],
    },
    dtype="str",
)


@pytest.mark.parametrize(
    ("territories", "inside"),
    [
        (["region:24"], [True, False, False, False]),
        (["departement:974"], [False, False, True, False]),
        (["epci:200054781"], [False, True, False, False]),
        (["commune:45234"], [True, False, False, False]),
        (["region:24", "region:11"], [True, True, False, False]),
        (["france"], [True, True, True, False]),
    ],
)
def test_in_territory(territories: list[str], inside: list[bool]) -> None:
    assert in_territory(ROWS, territories).tolist() == inside


def test_codes_tell_the_departement_overseas_included() -> None:
    insee = pd.Series(["45999", "", "97499", "2A004", ""], dtype="str")
    postcodes = pd.Series(["", "97400", "", "20000", ""], dtype="str")
    assert departement_hint(insee, postcodes).tolist() == ["45", "974", "974", "2A", ""]


def test_departements_a_territory_touches() -> None:
    communes = pd.DataFrame(
        {
            "code": ["45234", "41018", "75056"],
            "departement": ["45", "41", "75"],
            "region": ["24", "24", "11"],
            "epci": ["244500468", "200030385", "200054781"],
        },
        dtype="str",
    )
    assert departements_of(communes, ["region:24"]) == {"41", "45"}
    assert departements_of(communes, ["epci:200054781", "commune:45234"]) == {"45", "75"}
    assert departements_of(communes, ["region:99"]) == frozenset()

"""Coordinates in the forms of maps and of well-known text."""

import pandas as pd
import pytest

from opendata.normalise.coordinates import normalise_points


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("48°51'24\"N", "2°21'08\"E"),
        ("48° 51′ 24″ N", "2° 21′ 8″ E"),
        ("48.856667N", "2.352222 E"),
        ("48,856667 N", "2,352222 E"),
        ("POINT(2.352222 48.856667)", ""),
        ("SRID=4326;POINT (2.352222 48.856667)", "SRID=4326;POINT (2.352222 48.856667)"),
    ],
)
def test_angles_and_points(latitude: str, longitude: str) -> None:
    found, _ = normalise_points(pd.Series([latitude] * 3), pd.Series([longitude] * 3))
    assert found["latitude"].tolist() == pytest.approx([48.856667] * 3, abs=1e-5)
    assert found["longitude"].tolist() == pytest.approx([2.352222] * 3, abs=1e-5)


def test_west_and_south_are_negative() -> None:
    found, _ = normalise_points(pd.Series(["47°13'N", "21.1 S"]), pd.Series(["1°33'O", "55.5 E"]))
    assert found["latitude"].tolist() == pytest.approx([47.216667, -21.1], abs=1e-5)
    assert found["longitude"].tolist() == pytest.approx([-1.55, 55.5], abs=1e-5)


@pytest.mark.parametrize("latitude", ["48°75'24\"N", "48°51'24\"X", "12 rue E"])
def test_what_is_no_angle_is_no_point(latitude: str) -> None:
    found, issues = normalise_points(pd.Series([latitude]), pd.Series(["2.35"]))
    assert found["latitude"].isna().all()
    assert len(issues) == 1

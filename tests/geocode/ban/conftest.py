"""The towns, built and loaded once for all tests of the matcher."""

import pytest

from opendata.geocode.ban.index import Index
from opendata.geocode.ban.match import OpenIndex
from tests.geocode.ban.town import Locate, index_of, locate, towns


@pytest.fixture(scope="session")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Index]:
    """The index of each département that has addresses."""
    folder = tmp_path_factory.mktemp("indexes")
    return {one: index_of(rows, folder / one) for one, rows in towns().items()}


@pytest.fixture(scope="session")
def open_index(indexes: dict[str, Index]) -> OpenIndex:
    """What the matcher opens départements with."""
    return indexes.get


@pytest.fixture(scope="session")
def find(open_index: OpenIndex) -> Locate:
    """Finds one address of the towns."""
    return lambda address, **line: locate(open_index, address, **line)

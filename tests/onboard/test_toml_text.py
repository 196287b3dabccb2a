"""What is written is read back the same, and looks like a file of the catalogue."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.onboard.toml_text import source_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
RULE = st.one_of(
    st.fixed_dictionaries({"column": TEXT}, optional={"regex": TEXT, "optional": st.booleans()}),
    st.fixed_dictionaries({"column": TEXT, "values": st.dictionaries(TEXT, TEXT, max_size=3)}),
    st.fixed_dictionaries({"split": TEXT, "separator": TEXT, "part": st.integers(-9, 9)}),
    st.fixed_dictionaries({"columns": st.lists(TEXT, max_size=3), "value": TEXT}),
    st.fixed_dictionaries({"days": st.dictionaries(TEXT, st.lists(TEXT, max_size=2), max_size=3)}),
)


@given(
    head=st.fixed_dictionaries(
        {"id": TEXT, "title": TEXT},
        optional={"verified": st.booleans(), "placeholders": st.lists(TEXT, max_size=3)},
    ),
    fetch=st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.floats(0, 99)), max_size=3),
    mapping=st.dictionaries(TEXT, st.one_of(RULE, st.lists(RULE, min_size=2, max_size=3))),
    example=st.dictionaries(TEXT, TEXT, max_size=3),
    note=TEXT,
)
def test_what_is_written_is_read_back(head, fetch, mapping, example, note) -> None:
    examples = [{"input": example, "expect": {"nom": "x"}}]
    places = ("top", "licence", "fetch", "mapping", *(f"mapping.{name}" for name in mapping))
    comments = {place: [note] for place in places}
    text = source_text(head, fetch, {"min_rows": 1}, mapping, examples, comments)
    assert tomllib.loads(text) == {
        **head,
        "fetch": fetch,
        "contract": {"min_rows": 1},
        "mapping": mapping,
        "example": examples,
    }


def test_it_looks_like_a_file_of_the_catalogue() -> None:
    text = source_text(
        {"id": "essai", "title": "Lieux d'« Essai »", "coordinates": {"projection": "EPSG:2154"}},
        {"url": "https://exemple.fr/a.csv"},
        {"key": ["n°"]},
        {
            "nom": [{"column": "nom"}],
            "frais_a_charge": [
                {"columns": ["tarif"], "terms": ['dit "libre"'], "value": "Gratuit"},
                {"column": "prix", "values": {"0": "Gratuit"}},
            ],
        },
        [{"input": {"n°": "1", "nom": "A"}, "expect": {"nom": "A"}}],
        {
            "top": ["Imported."],
            "licence": ["Not known."],
            "mapping.nom": ["One line.\nAnother."],
            "mapping.telephone": ['telephone = { column = "tel" }'],
        },
    )
    assert text == (
        "# Imported.\n"
        'id = "essai"\n'
        'title = "Lieux d\'« Essai »"\n'
        "# Not known.\n"
        "\n"
        "[fetch]\n"
        'url = "https://exemple.fr/a.csv"\n'
        "\n"
        "[contract]\n"
        'key = ["n°"]\n'
        "\n"
        "[coordinates]\n"
        'projection = "EPSG:2154"\n'
        "\n"
        "[mapping]\n"
        "# One line.\n"
        "# Another.\n"
        'nom = { column = "nom" }\n'
        "frais_a_charge = [\n"
        '    { columns = ["tarif"], terms = ["dit \\"libre\\""], value = "Gratuit" },\n'
        '    { column = "prix", values = { "0" = "Gratuit" } },\n'
        "]\n"
        '# telephone = { column = "tel" }\n'
        "\n"
        "[[example]]\n"
        'input = { "n°" = "1", "nom" = "A" }\n'
        'expect = { nom = "A" }\n'
    )


def test_characters_toml_refuses_are_escaped_or_replaced() -> None:
    text = source_text({"title": 'a\x00b\x7f\ud800\\"'}, {}, {}, {}, (), {"top": ["x\x00\x85y"]})
    assert tomllib.loads(text)["title"] == 'a\x00b\x7f\ufffd\\"'


def test_nothing_else_than_toml_values_is_written() -> None:
    with pytest.raises(TypeError):
        source_text({"title": None}, {}, {}, {})

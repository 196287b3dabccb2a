"""Random Table Schemas, and tables that keep or break them."""

from typing import Any

from hypothesis import strategies as st

JUNK = [
    "", " ", "-", "N/A", "n/a", "null", "None", "nan", "NaN", "sNaN", "inf", "-Infinity", "0",
    "1", "-1", "01", "-0", "1.0", "1.50", "+5", "1e3", "1_000", "1 000,5", "1.234,5", "12,5",
    "5 €", "$9.5", " 7 ", "٣", "१२", "９", "9" * 25, "0." + "3" * 30, "9" * 5000, "a", "A", "é",
    "e\u0301", "ß", "日本", "👩‍👩‍👧", "a\n", "\n", "a\nb", "a b", "\u00a0", "abc", "abcd",
    "a|b", "true", "True", "TRUE", "false", "oui", "non", "vrai", "{}", "[]", "{", "[1, 2]",
    '["a", "b"]', '[1, "x", null]', '{"a": 1}', '{"lon": 1, "lat": 2}', "[180, 90]", "[181, 0]",
    '["1", "2"]', "1,2", "1, 2", "180,90", "-180.0,-90", "181,0", "90,91", "47.9,1.9", "a,b",
    "1,2,3", "nan,1", '"x"', "12,x", "1;2;3", '{"type": "Point", "coordinates": [1, 2]}',
    '{"type": "Point"}', '{"type": "Topology"}',
    '{"type": "Topology", "objects": {}, "arcs": []}',
]  # fmt: skip
SPELT = [
    "2024-02-29", "2023-02-29", "2024-1-5", "0000-01-01", "9999-12-31", "2024-12-31",
    "1999-04-31", "29/02/2024", "31/12/1999", "1/1/99", "20240229", "March 3, 2021", "demain",
    "2024-02-29 ", "12:30:00", "23:59:59", "24:00:00", "12:30", "12:30:00Z", "12:30:00+02:00",
    "12h30", "12:30:00.5", "2024-02-29T12:30:00", "2024-02-29T12:30:00Z",
    "2024-02-29T12:30:00+02:00", "2024-02-29T14:30:00+02:00", "2024-02-29 12:30:00",
    "2024-02-29T12:30", "2024-02-29T24:00:00", "2024-02-30T00:00:00",
    "2024-02-29T12:30:00.123456", "2024-02-29T12:30:00-13:59", "2024", "0000", "999", "10000",
    " 12 ", "-123", "2024-01", "2024-13", "2024-1", "24-01", "2024-00", "-2024-01", "P1D",
    "PT36H", "P1Y2M", "P1Y2M3DT4H5M6S", "P", "1D", "-P1D", "P12M", "PT24H", "contact@mairie.fr",
    "a@b", "x@exemple.org", "é@exemple.fr", "http://exemple.fr/?q=1", "exemple.fr",
    "mailto:a@b.fr", "http://", "ftp://x y", "aGVsbG8=", "a", "abc=", "POINT (1 2)",
    "POINT EMPTY", "LINESTRING (0 0, 1 1", "POLYGON ((0 0, 1 0, 1 1, 0 0))",
    "123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000",
    "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g",
]  # fmt: skip
PATTERNS = [
    "a", "a|b", "(a|b)*", "[a-z]+", "[^a]", "[^\\d]+", "\\d+", "\\D*", "\\w{2,3}", "^\\d{2,3}$",
    "a.b", ".*", ".", "\\s?", "a{,3}", "[[:alpha:]]", "(?i:A)", "a(?=b)b", "(a)\\1",
    "\\bA?a?\\b", "a$", "a$\n", "é|ß", "[à-ü]", "(?P<x>a)b?", "[]a]+", "[a-]", "\\-?\\d",
    "\\ ?a", "()", "(|a)b?", "x{1001}", "a??b*?", "[^\\-]", "\\.|\\|", "[\\w.]+", "\\Aa\\Z",
    "^a|b$", "{a", "a{1", "\\n", "(?:ab)+", "[a&&b]", "(\\+33|\\+262)(\\d){6,9}",
]  # fmt: skip
FORMATS = {
    "string": ["default", "email", "uri", "binary", "uuid", "wkt"],
    "date": ["default", "any", "%d/%m/%Y", "%Y%m%d"],
    "time": ["default", "any", "%Hh%M"],
    "datetime": ["default", "any", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S"],
    "geopoint": ["default", "array", "object"],
    "geojson": ["default", "topojson"],
}
BOUNDS: dict[str, list[Any]] = {
    "number": [0, 1, -90, 12.5, "12.5", "0.1", 9.0, 10**400],
    "integer": [0, 1, 7, -5, "1000", 10**24],
    "year": [2024, "1999", 0],
    "yearmonth": ["2024-01", "2024-06"],
    "date": ["2024-02-29", "2000-01-01"],
    "time": ["12:30:00", "12:00:00Z"],
    "datetime": ["2024-02-29T12:30:00", "2024-02-29T12:30:00Z"],
}
TYPES = [
    "string", "number", "integer", "boolean", "date", "time", "datetime", "year", "yearmonth",
    "duration", "geopoint", "geojson", "list", "object", "array", "any",
]  # fmt: skip
SIZED = ("string", "list", "object", "array")
ITEMS = ["string", "integer", "boolean", "number", "datetime", "date", "time"]
MISSING = st.lists(st.sampled_from(["", "-", "N/A", "null", "None", "nan", "0", " "]), max_size=3)

texts = st.one_of(
    st.sampled_from(JUNK),
    st.sampled_from(SPELT),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.text("0123456789.,-+ e", max_size=8),
    st.integers(-(10**6), 10**6).map(str),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.decimals(-200, 200, places=3).map(str),
)


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One field of any type, with options and constraints of that type."""
    kind = draw(st.sampled_from([*TYPES, "string", "number", "integer", "date"]))
    field: dict[str, Any] = {"name": name, "type": kind}
    if kind in FORMATS and draw(st.booleans()):
        field["format"] = draw(st.sampled_from(FORMATS[kind]))
    if kind in ("number", "integer") and draw(st.integers(0, 3)) == 0:
        field["bareNumber"] = draw(st.booleans())
    if kind == "number" and draw(st.integers(0, 2)) == 0:
        field["decimalChar"] = draw(st.sampled_from([".", ",", ""]))
        field["groupChar"] = draw(st.sampled_from(["", " ", ".", ",", "\u00a0"]))
        field["floatNumber"] = draw(st.booleans())
    if kind == "boolean" and draw(st.booleans()):
        field["trueValues"] = draw(st.lists(st.sampled_from(["oui", "1", "a"]), min_size=1))
        field["falseValues"] = draw(st.lists(st.sampled_from(["non", "0", "a"]), min_size=1))
    if kind == "list":
        field["delimiter"] = draw(st.sampled_from([",", ";", "|"]))
        field["itemType"] = draw(st.sampled_from(ITEMS))
    if kind == "array" and draw(st.booleans()):
        field["arrayItem"] = {"type": draw(st.sampled_from(["integer", "string"]))}
        if draw(st.booleans()):
            field["arrayItem"]["constraints"] = {"enum": ["a", 1]}
    if draw(st.integers(0, 4)) == 0:
        field["missingValues"] = draw(MISSING)
    field["constraints"] = draw(_constraints(kind))
    return field


@st.composite
def _constraints(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    rules: dict[str, Any] = {}

    def sometimes() -> bool:
        return draw(st.integers(0, 3)) == 0

    if sometimes():
        rules["required"] = draw(st.booleans())
    if sometimes():
        rules["unique"] = draw(st.booleans())
    if kind in SIZED:
        for name in ("minLength", "maxLength"):
            if sometimes():
                rules[name] = draw(st.integers(0, 4))
    if kind == "string" and draw(st.booleans()):
        rules["pattern"] = draw(st.sampled_from(PATTERNS))
    if kind in BOUNDS:
        for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if sometimes():
                rules[name] = draw(st.sampled_from(BOUNDS[kind]))
    if kind != "list" and sometimes():
        rules["enum"] = draw(st.lists(st.one_of(texts, st.integers(0, 9)), min_size=1, max_size=4))
    return rules


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    """A schema of up to five fields, with keys."""
    names = [f"c{number}" for number in range(draw(st.integers(1, 5)))]
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [draw(fields(name)) for name in names],
    }
    if draw(st.booleans()):
        schema["missingValues"] = draw(MISSING)
    some = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    if draw(st.integers(0, 2)) == 0:
        schema["primaryKey"] = draw(some)
    if draw(st.integers(0, 3)) == 0:
        target = draw(some)
        others = draw(st.lists(st.sampled_from(names), min_size=len(target), max_size=len(target)))
        schema["foreignKeys"] = [
            {"fields": target, "reference": {"resource": "", "fields": others}}
        ]
    if draw(st.integers(0, 2)) == 0:
        modes = ["exact", "equal", "subset", "superset", "partial"]
        schema["fieldsMatch"] = draw(st.sampled_from(modes))
    return schema


@st.composite
def headers(draw: st.DrawFn, schema: dict[str, Any]) -> list[str]:
    """The labels of a file: most often those of the schema."""
    labels = [str(field["name"]) for field in schema["fields"]]
    if draw(st.integers(0, 2)) == 0:
        labels = draw(st.permutations(labels))[draw(st.integers(0, 1)) :]
        strange = st.sampled_from(["", "c0", "C1", " c1 ", "autre", "é"])
        labels = [*labels, *draw(st.lists(strange, max_size=2))]
    return labels


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], list[str], list[list[str]]]:
    """A schema, a header and rows of text."""
    schema = draw(schemas())
    labels = draw(headers(schema))
    # Few texts for many cells: keys repeat, and meet the missing values.
    pool = draw(st.lists(texts, min_size=1, max_size=6))
    pool += [str(value) for field in schema["fields"] for value in _likely(field)]
    cell = st.sampled_from(pool)
    row = st.lists(cell, min_size=len(labels), max_size=len(labels))
    return schema, labels, draw(st.lists(row, max_size=8))


def _likely(field: dict[str, Any]) -> list[Any]:
    rules = field["constraints"]
    return [
        *rules.get("enum", []),
        *(value for name, value in rules.items() if name.lower().endswith("imum")),
        *field.get("missingValues", []),
        "",
    ]

"""Which commune a row is in: a table of stated values and what they must become."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.geocode.communes import CommuneReference, load_reference, resolve, territory_of
from opendata.model import ISSUE_COLUMNS
from opendata.paths import Paths
from opendata.schema import problems

# commune, code_postal, code_insee -> code_insee, commune, code_postal, codes of issues
EXAMPLES = [
    # the three agree
    ("Orléans|45000|45234", "45234|Orléans|45000", ""),
    ("ORLEANS|45100|45234", "45234|Orléans|45100", ""),
    ("Ajaccio|20000|2A004", "2A004|Ajaccio|20000", ""),
    ("Le Lamentin|97232|97213", "97213|Le Lamentin|97232", ""),
    ("|45000|45234", "45234|Orléans|45000", ""),
    ("||45234", "45234|Orléans|", ""),
    ("||28088", "28088|Châteaudun|28200", ""),
    # postcode and name
    ("ST JEAN DE BRAYE|45800|", "45284|Saint-Jean-de-Braye|45800", ""),
    ("Saint-Ouen s/ Seine|93400|", "93070|Saint-Ouen-sur-Seine|93400", ""),
    ("L HAY LES ROSES|94240|", "94038|L'Haÿ-les-Roses|94240", ""),
    ("45000 Orléans||", "45234|Orléans|45000", "commune_corrigee"),
    ("Orlens|45000|", "45234|Orléans|45000", "commune_corrigee"),
    ("Bron Parilly|69500|", "69029|Bron|69500", "commune_corrigee"),
    ("Saint-Martin|97150|", "97801|Saint-Martin|97150", ""),
    ("Nouméa|98800|", "98818|Nouméa|98800", ""),
    ("Bastia|20200|", "2B033|Bastia|20200", ""),
    # brackets that are part of the name
    ("Château-Chinon (Ville)|58120|", "58062|Château-Chinon (Ville)|58120", ""),
    ("CHATEAU CHINON (CAMPAGNE)|58120|", "58063|Château-Chinon (Campagne)|58120", ""),
    # a part of the name, in the right place only
    ("Mauléon|64130|", "64371|Mauléon-Licharre|64130", "commune_corrigee"),
    ("Mauléon|79700|", "79079|Mauléon|79700", ""),
    # homonyms
    ("Saint-Denis|93200|", "93066|Saint-Denis|93200", ""),
    ("Saint-Denis|97400|", "97411|Saint-Denis|97400", ""),
    ("Saint-Aubin|91190|", "91538|Saint-Aubin|91190", ""),
    ("Montreuil|93100|", "93048|Montreuil|93100", ""),
    ("Saint Denis||", "", "commune_ambigue"),
    ("Saint-Aubin||", "", "commune_ambigue"),
    # a name alone
    ("Orleans||", "45234|Orléans|", ""),
    ("Châteaudun||", "28088|Châteaudun|28200", ""),
    ("Orlens||", "", "commune_introuvable"),
    # a postcode alone
    ("|45000|", "45234|Orléans|45000", ""),
    ("|28200|", "", "commune_ambigue"),
    ("|75010|", "75110|Paris|75010", ""),
    ("|45999|", "", "commune_introuvable"),
    # CEDEX
    ("Orléans cedex 2|45075|", "45234|Orléans|45075", "commune_corrigee"),
    ("Chatellerault|86106|", "86066|Châtellerault|86100", "code_postal_corrige"),
    (
        "Sainte-Geneviève-des-Bois|91706|91549",
        "91549|Sainte-Geneviève-des-Bois|91700",
        "code_postal_corrige",
    ),
    ("|45075|", "", "commune_introuvable"),
    # Paris, Lyon, Marseille
    ("PARIS|75010|", "75110|Paris|75010", ""),
    ("PARIS 10||", "75110|Paris|75010", "commune_corrigee"),
    ("Paris 10e Arrondissement|75010|", "75110|Paris|75010", "commune_corrigee"),
    ("Paris|75116|75056", "75116|Paris|75116", "code_insee_corrige"),
    ("PARIS CEDEX 10|75480|", "75110|Paris|75010", "code_postal_corrige commune_corrigee"),
    ("LYON 3EME|69003|", "69383|Lyon|69003", "commune_corrigee"),
    ("LYON CEDEX 03|69432|", "69383|Lyon|69003", "code_postal_corrige commune_corrigee"),
    ("Marseille||13201", "13201|Marseille|13001", ""),
    ("Marseille|13233|", "13055|Marseille|13233", ""),
    ("Lyon||", "69123|Lyon|", ""),
    (
        "Paris 1|75001|75110",
        "75101|Paris|75001",
        "code_insee_corrige commune_contradictoire commune_corrigee",
    ),
    # wrong postcode
    ("Olivet|45000|", "45232|Olivet|45160", "code_postal_corrige"),
    ("Châteaudun|00000|", "28088|Châteaudun|28200", "code_postal_corrige"),
    ("Olivet|00000|", "", "commune_ambigue"),
    ("Orléans|41000|", "", "commune_introuvable"),
    ("Zzzyx|45000|", "", "commune_introuvable"),
    # INSEE against the two others
    (
        "Blois|41000|45234",
        "41018|Blois|41000",
        "code_insee_corrige commune_contradictoire",
    ),
    ("Blois|45000|45234", "45234|Orléans|45000", "commune_contradictoire commune_corrigee"),
    ("Zzzyx|45000|45234", "45234|Orléans|45000", "commune_corrigee"),
    ("|45000|41018", "41018|Blois|41000", "code_postal_corrige commune_contradictoire"),
    ("Orléans|45000|45999", "45234|Orléans|45000", "code_insee_corrige"),
    ("Orléans||45000", "45234|Orléans|45000", "code_insee_corrige"),
    # communes that are gone
    ("Arbignieu|01300|", "01015|Arboys en Bugey|01300", "commune_corrigee"),
    (
        "Pierrefitte-sur-Seine|93380|93059",
        "93066|Saint-Denis|93380",
        "code_insee_corrige commune_corrigee",
    ),
    ("Cherbourg-Octeville|50100|", "50129|Cherbourg-en-Cotentin|50100", "commune_corrigee"),
    ("Cloyes-sur-le-Loir|28220|", "28103|Cloyes-les-Trois-Rivières|28220", "commune_corrigee"),
    ("Ajaccio|20000|20004", "2A004|Ajaccio|20000", "code_insee_corrige"),
    ("||", "", "commune_introuvable"),
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> CommuneReference:
    empty = tmp_path_factory.mktemp("home")
    return load_reference(Paths(home=empty, catalog=empty, mirror=None))


def stated(*triples: str, adresse: str = "") -> pd.DataFrame:
    rows = [(*triple.split("|"), adresse) for triple in triples]
    columns = ["commune", "code_postal", "code_insee", "adresse"]
    return pd.DataFrame(rows, columns=columns, index=range(2, len(rows) + 2), dtype="str")


@pytest.mark.parametrize(("triple", "expected", "codes"), EXAMPLES, ids=lambda text: text[:40])
def test_example(reference: CommuneReference, triple: str, expected: str, codes: str) -> None:
    found, issues = resolve(stated(triple), reference)
    line = found.iloc[0]
    shown = "|".join([line["code_insee"], line["commune"], line["code_postal"]])
    assert shown.strip("|") == expected.strip("|")
    assert sorted(issues["code"]) == sorted(codes.split())
    assert (line["score"] > 0) == bool(expected)
    assert 0 <= line["score"] <= 1


def test_all_examples_at_once_keep_their_lines(reference: CommuneReference) -> None:
    table = stated(*(triple for triple, _, _ in EXAMPLES), *(EXAMPLES[0][0],) * 3)
    found, issues = resolve(table, reference)
    assert found.index.equals(table.index)
    assert found["code_insee"].tolist()[-3:] == ["45234"] * 3
    assert tuple(issues.columns) == ISSUE_COLUMNS
    assert issues["row"].isin(table.index).all()
    assert set(issues["code"]) <= set(problems())


def test_certainty_ranks_the_evidence(reference: CommuneReference) -> None:
    triples = ["Orléans|45000|45234", "Orléans|45000|", "Orléans|45075|", "Orlens|45000|"]
    scores = resolve(stated(*triples, "Orléans||"), reference)[0]["score"]
    assert scores.iloc[0] == 1.0
    assert scores.iloc[1] > scores.iloc[2] > scores.iloc[4]
    assert scores.iloc[1] > scores.iloc[3] > scores.iloc[4]


def test_an_ambiguous_postcode_lists_five_communes(reference: CommuneReference) -> None:
    _, issues = resolve(stated("|28200|"), reference)
    assert issues["value"].tolist() == ["28200"]
    assert "Châteaudun (28088)" in issues["detail"].iloc[0]
    assert issues["detail"].iloc[0].count("(") == 5


def test_a_former_name_is_said_to_be_one(reference: CommuneReference) -> None:
    _, issues = resolve(stated("Arbignieu|01300|"), reference)
    assert issues[["value", "published", "detail"]].iloc[0].tolist() == [
        "Arbignieu", "Arboys en Bugey", "commune déléguée",
    ]  # fmt: skip


def test_the_address_serves_when_nothing_else_is_stated(reference: CommuneReference) -> None:
    found, issues = resolve(stated("||", adresse="3 rue Royale, 45000 ORLEANS"), reference)
    assert found[["code_insee", "how"]].iloc[0].tolist() == ["45234", "adresse/code_postal+nom"]
    assert found["score"].iloc[0] < 0.9
    assert issues.empty
    _, issues = resolve(stated("||", adresse="3 rue Royale"), reference)
    assert issues["code"].tolist() == ["commune_introuvable"]


def test_an_empty_table(reference: CommuneReference) -> None:
    found, issues = resolve(stated().astype("str"), reference)
    assert found.empty
    assert issues.empty
    assert list(found) == ["code_insee", "commune", "code_postal", "score", "how", "between"]


@settings(max_examples=60, deadline=None)
@given(
    commune=st.text(max_size=30),
    postcode=st.one_of(st.text(max_size=6), st.from_regex(r"\d{5}", fullmatch=True)),
    insee=st.one_of(st.just(""), st.text(max_size=6), st.from_regex(r"\d{5}", fullmatch=True)),
)
def test_any_text_is_answered(
    reference: CommuneReference, commune: str, postcode: str, insee: str
) -> None:
    table = pd.DataFrame(
        {"commune": [commune], "code_postal": [postcode], "code_insee": [insee], "adresse": [""]},
        dtype="str",
    )
    found, issues = resolve(table, reference)
    code = found["code_insee"].iloc[0]
    if not code:
        assert set(issues["code"]) <= {"commune_introuvable", "commune_ambigue"}
        assert len(issues) == 1
        return
    assert code in reference.official
    # What was stated and is not published is told.
    told = set(issues["field"])
    assert insee in ("", code) or "code_insee" in told
    assert postcode in ("", found["code_postal"].iloc[0]) or "code_postal" in told


def test_territory(reference: CommuneReference) -> None:
    codes = pd.Series(["45234", "75110", "97411", "2A004", "", "97701"], index=range(5, 11))
    table = territory_of(codes.astype("str"), reference)
    assert table.index.equals(codes.index)
    assert table["code_departement"].tolist() == ["45", "75", "974", "2A", "", "977"]
    assert table["region"].tolist()[:3] == ["Centre-Val de Loire", "Île-de-France", "La Réunion"]
    assert table.loc[5, "epci"] == "Orléans Métropole"
    assert table.loc[6, "population"] > 2_000_000, "an arrondissement tells of the whole city"
    assert pd.isna(table.loc[9, "population"])


@pytest.mark.mirror
def test_resolution_without_the_insee_code(reference: CommuneReference, mirror: Path) -> None:
    """Name and postcode find the commune that the INSEE code of the same row names."""
    rows = pd.read_csv(mirror / "france-services.csv", dtype="str", keep_default_na=False)
    rows.columns = rows.columns.str.strip()
    table = rows[["lib_com", "code_postal", "insee_com", "adresse"]].set_axis(
        ["commune", "code_postal", "code_insee", "adresse"], axis=1
    )
    table = table[table["code_insee"].isin(reference.today)]
    with_code, _ = resolve(table, reference)
    without, _ = resolve(table.assign(code_insee=""), reference)
    same = with_code["code_insee"] == without["code_insee"]
    assert same.mean() > 0.995
    assert (~same & (without["code_insee"] != "")).sum() <= 2

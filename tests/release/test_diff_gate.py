"""What changed is told exactly; what strays too far waits."""

import pandas as pd

from opendata.model import Gate
from opendata.release.diff import changes, date_places
from opendata.release.gate import blockers

DATES = ("premiere_publication", "derniere_modification")


def places(*lines: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(list(lines), columns=["lieu_id", "nom", "telephone"], dtype="str")
    return table.assign(
        commune="Blois",
        latitude="47.5",
        premiere_publication="",
        derniere_modification="2026-01-01",
    )


def sources(**kept: int) -> pd.DataFrame:
    lines = [(name, str(count), "0") for name, count in kept.items()]
    return pd.DataFrame(lines, columns=["source", "publiees", "fusionnees"], dtype="str")


def test_changes_say_exactly_what_changed() -> None:
    before = places(("l-1", "A", "1"), ("l-2", "B", "2"), ("l-3", "C", "3"))
    after = places(("l-1", "A", "1"), ("l-2", "B2", ""), ("l-4", "D", "4"))
    found = changes(before, after, DATES)
    assert found[["lieu_id", "changement", "champ", "ancien", "nouveau"]].values.tolist() == [
        ["l-4", "ajout", "", "", ""],
        ["l-3", "suppression", "", "", ""],
        ["l-2", "modification", "nom", "B", "B2"],
        ["l-2", "modification", "telephone", "2", ""],
    ]


def test_no_change_is_an_empty_table_and_dates_do_not_count() -> None:
    before = places(("l-1", "A", "1"))
    after = before.assign(derniere_modification="2026-02-02")
    assert changes(before, after, DATES).empty


def test_only_what_changed_is_dated_anew() -> None:
    before = places(("l-1", "A", "1"), ("l-2", "B", "2")).assign(premiere_publication="2026-01-01")
    after = places(("l-1", "A", "1"), ("l-2", "B2", "2"), ("l-3", "C", "3"))
    after["premiere_publication"] = ["2026-01-01", "2026-01-01", ""]
    dated = date_places(after, before, changes(before, after, DATES), "2026-03-03")
    assert dated["premiere_publication"].tolist() == ["2026-01-01", "2026-01-01", "2026-03-03"]
    assert dated["derniere_modification"].tolist() == ["2026-01-01", "2026-03-03", "2026-03-03"]


def test_a_release_like_the_last_one_passes() -> None:
    table, account = places(("l-1", "A", "1")), sources(a=1)
    assert blockers(Gate(), table, account, table, account, {}) == []


def test_each_blocker_is_one_sentence_with_its_figures() -> None:
    before = places(*((f"l-{n}", "A", "1") for n in range(10)))
    after = places(("l-1", "A", ""), ("l-1", "B", ""))
    after["latitude"] = ["47.5", ""]
    found = blockers(
        Gate(max_loss_pct=20, min_places=5, min_located_pct=90),
        after,
        sources(a=2),
        before,
        sources(a=10),
        {"lieux": ["line 2: x"]},
    )
    said = " / ".join(reason.fr for reason in found)
    for words in ("ne respecte pas son schéma", "donné deux fois", "au moins 5", "50 % des lieux",
                  "10 → 2", "la source a perd 80 %", "le champ telephone"):  # fmt: skip
        assert words in said, said

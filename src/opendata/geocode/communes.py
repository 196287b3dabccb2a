"""Which commune a row is in: INSEE code, postcode and name weighed against each other.

The three are seldom all right, and no one of them always is. They are taken in pairs:

1. a known INSEE code wins when the name or the postcode agrees with it;
2. against it, name and postcode win only when they agree on one other commune;
3. without it, the name is looked up among the communes the postcode delivers to, then in
   the postcode's département (a CEDEX or a wrong postcode still tells the département);
4. a name alone counts only when one commune of France bears it, letter for letter: a
   near miss across the country is a guess (Mauléon 64130 is not Mauléon 79700);
5. former communes give the commune of today.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from opendata.geocode.gazetteer import CITIES, CommuneReference, Name, load_reference, territory_of
from opendata.geocode.names import StatedName, name_keys, stated_name
from opendata.model import ISSUE_COLUMNS, no_issues
from opendata.schema import SEPARATOR, fold
from opendata.tables import over_distinct

__all__ = ["CommuneReference", "load_reference", "resolve", "territory_of"]

#: Two spellings of one name, in a commune that something else already points to.
SIMILAR = 0.85
#: Likeness from which a name is the commune's own, today's or former.
EXACT = 0.97
#: The same as SIMILAR (in percent), when only the département is known.
SIMILAR_IN_DEPARTEMENT = 90
#: Two communes whose names fit about as well: neither is taken.
MARGIN = 0.03

#: Words that do not tell which commune is meant when only they are shared.
_COMMON_WORDS = frozenset(
    (
        *("saint", "sainte", "sur", "sous", "mont", "notre", "dame", "val", "vals", "ville"),
        *("bois", "grand", "grande", "petit", "haut", "bas", "bourg", "chateau", "pont"),
        *("eglise", "nord", "sud", "est", "ouest", "centre", "beau", "bel"),
    )
)
_IN_ADDRESS = r"\b(?P<code_postal>\d{2} ?\d{3})[\s,]+(?P<commune>[^\W\d][^,;\n]*)"
_KEYS = ["commune", "code_postal", "code_insee"]

_FORMER = {"deleguee": "commune déléguée", "associee": "commune associée"}
_FORMER |= {"ancienne": "ancienne commune"}


class Choice(NamedTuple):
    """The commune retained for one triple; ``code`` is "" when none is.

    ``between`` names the communes that fit equally; ``doubt`` says that one of the three
    stated values contradicts the choice.
    """

    code: str = ""
    score: float = 0.0
    how: str = ""
    doubt: bool = False
    between: tuple[str, ...] = ()


class Resolved(NamedTuple):
    """One line of the resolved frame.

    ``between`` holds the communes that fit equally, else those of the postcode, joined by "|",
    when none is retained.
    """

    code_insee: str = ""
    commune: str = ""
    code_postal: str = ""
    score: float = 0.0
    how: str = ""
    between: str = ""


class _Issue(NamedTuple):
    field: str
    code: str
    value: str
    published: str
    detail: str


def resolve(table: pd.DataFrame, reference: CommuneReference) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Resolve the commune of each row.

    ``table`` has the text columns commune, code_postal, code_insee and adresse. Returns,
    on its index, the columns of :class:`Resolved` ("" and 0 when not resolved; ``score``
    from 0 to 1 is the trust in the commune), and the issues table. Raises nothing.
    """
    stated = _from_address(table)
    groups = stated.groupby(_KEYS, sort=False, dropna=False).ngroup().to_numpy()
    distinct = stated.loc[~pd.Series(groups).duplicated().to_numpy(), _KEYS]
    triples = zip(*(distinct[name].tolist() for name in _KEYS), strict=True)
    answers = [_answer(reference, *triple) for triple in triples]
    lines = pd.DataFrame([line for line, _ in answers], columns=list(Resolved._fields))
    lines = lines.astype({name: "str" for name in Resolved._fields if name != "score"})
    found = lines.take(groups).set_axis(table.index)
    read = stated["read"] & (found["code_insee"] != "")
    found["score"] = found["score"].astype(float).mask(read, found["score"] * 0.9)
    found["how"] = found["how"].mask(read, "adresse/" + found["how"])
    return found, _issues_table((issues for _, issues in answers), groups, table.index)


def _from_address(table: pd.DataFrame) -> pd.DataFrame:
    """The three stated values; without any code, those that the end of the address gives.

    A stated commune stays: the address only adds its postcode, when it names the same town.
    """
    stated = table[_KEYS].copy()
    stated["read"] = False
    without_code = (stated["code_postal"] == "") & (stated["code_insee"] == "")
    if not without_code.any():
        return stated
    told = table.loc[without_code, "adresse"].str.extract(_IN_ADDRESS).dropna()
    if told.empty:
        return stated
    told["code_postal"] = told["code_postal"].str.replace(" ", "", regex=False)
    own = stated.loc[told.index, "commune"]
    silent = own == ""
    same = over_distinct(own, fold) == over_distinct(told["commune"], fold)
    stated.loc[told.index[silent], ["commune", "code_postal"]] = told.loc[
        silent, ["commune", "code_postal"]
    ]
    stated.loc[told.index[same], "code_postal"] = told.loc[same, "code_postal"]
    stated.loc[told.index[silent], "read"] = True
    return stated


def _issues_table(
    issues: Iterable[list[_Issue]], groups: "np.ndarray[Any, Any]", index: pd.Index
) -> pd.DataFrame:
    lines = [(group, *issue) for group, found in enumerate(issues) for issue in found]
    if not lines:
        return no_issues()
    raised = pd.DataFrame(lines, columns=["group", *_Issue._fields])
    rows = pd.DataFrame({"group": groups, "row": index.astype("int64")})
    spread = rows.merge(raised, on="group").assign(source="")
    text = {name: "str" for name in ISSUE_COLUMNS if name != "row"}
    return spread[list(ISSUE_COLUMNS)].astype(text)


def _answer(
    reference: CommuneReference, commune: str, postcode: str, insee: str
) -> tuple[Resolved, list[_Issue]]:
    """What one distinct triple becomes."""
    name = stated_name(commune)
    usable = postcode if reference.is_postcode(postcode) else name.postcode
    if not usable and insee not in reference.today and insee in reference.by_postcode:
        # A postcode in the INSEE column is the commonest mix-up.
        usable = insee
    choice = _choose(reference, insee, usable, name)
    shown = " ".join(filter(None, (postcode, commune))) or insee
    if not choice.code:
        # Where to look for the street, when the commune cannot be told.
        among = choice.between or reference.by_postcode.get(usable, ())
        unknown = Resolved(between=SEPARATOR.join(among))
        return unknown, [_unresolved(reference, choice, shown)]
    code, torn = _narrow(reference, choice.code, insee, usable, name)
    published = reference.official[code]
    kept = _postcode(reference, code, usable)
    issues = []
    if choice.doubt or torn:
        everything = " ".join(filter(None, (insee, postcode, commune)))
        retained = f"{published} ({code})"
        issues.append(_Issue("commune", "commune_contradictoire", everything, retained, ""))
    if commune and name_keys(commune)[0] != name_keys(published)[0]:
        detail = _why_renamed(reference, code, name, choice)
        issues.append(_Issue("commune", "commune_corrigee", commune, published, detail))
    if postcode and kept != postcode:
        detail = _why_other_postcode(reference, postcode)
        issues.append(_Issue("code_postal", "code_postal_corrige", postcode, kept, detail))
    if insee and code != insee:
        detail = _why_other_insee(reference, insee, code)
        issues.append(_Issue("code_insee", "code_insee_corrige", insee, code, detail))
    return Resolved(code, published, kept, round(choice.score, 3), choice.how), issues


# --- choosing -----------------------------------------------------------------------------


def _choose(reference: CommuneReference, insee: str, postcode: str, name: StatedName) -> Choice:
    code = reference.today.get(insee, "")
    if code:
        return _with_insee(reference, reference.city[code], postcode, name)
    if name.key:
        return _with_name(reference, postcode, name)
    return _with_postcode(reference, postcode)


def _with_insee(reference: CommuneReference, code: str, postcode: str, name: StatedName) -> Choice:
    """Rules 1 and 2: a known INSEE code against the two others."""
    own_postcode = postcode in reference.postcodes[code]
    elsewhere = bool(postcode) and reference.departement[
        code
    ] not in reference.departements_of_postcode(postcode)
    if name.key and _likeness(reference, code, name) >= SIMILAR:
        if own_postcode or not postcode:
            return Choice(code, 1.0, "insee+nom")
        several = len(reference.postcodes[code]) > 1 and postcode in reference.by_postcode
        return Choice(code, 0.9 if elsewhere else 0.97, "insee+nom", elsewhere or several)
    pair = _among(reference, reference.by_postcode.get(postcode, ()), name)
    if pair.code and pair.code != code:
        return pair._replace(score=0.85 * pair.score, doubt=True)
    if own_postcode:
        # The name may be a hamlet of the commune, or the name of quite another commune.
        named_elsewhere = name.key in reference.by_key
        score = 0.98 if not name.key else 0.7 if named_elsewhere else 0.9
        return Choice(code, score, "insee+code_postal", named_elsewhere)
    if name.key:
        return Choice(code, 0.5 if postcode else 0.6, "insee", True)
    if not postcode:
        return Choice(code, 0.95, "insee")
    return Choice(code, 0.6 if elsewhere else 0.85, "insee", elsewhere)


def _with_name(reference: CommuneReference, postcode: str, name: StatedName) -> Choice:
    """Rules 3 and 4: a name, and perhaps a postcode."""
    if not postcode:
        return _only_name(reference, name)
    delivered = _among(reference, reference.by_postcode.get(postcode, ()), name)
    if delivered.how == "code_postal+nom":
        return delivered
    # Spelt in full, a neighbour's name is likelier than a misspelling and a right postcode.
    return _borne_in(reference, postcode, name, delivered) or (
        delivered
        if delivered.code or delivered.between
        else _near_in_departements(reference, postcode, name)
    )


def _with_postcode(reference: CommuneReference, postcode: str) -> Choice:
    communes = reference.by_postcode.get(postcode, ())
    if len(communes) == 1:
        return Choice(communes[0], 0.8, "code_postal")
    return Choice(between=communes)


def _among(reference: CommuneReference, codes: tuple[str, ...], name: StatedName) -> Choice:
    """The commune among ``codes`` whose name fits best, if one stands out."""
    if not (codes and name.key):
        return Choice()
    # A name spelt in full outranks every resemblance: only its bearers need comparing.
    bearers = {one.code for one in reference.by_key.get(name.key, ())}.intersection(codes)
    codes = tuple(sorted(bearers)) or codes
    ranked = sorted(((_likeness(reference, code, name), code) for code in codes), reverse=True)
    best, code = ranked[0]
    if best < SIMILAR:
        return Choice()
    rivals = tuple(other for likeness, other in ranked if likeness > best - MARGIN)
    if len(rivals) > 1 and (best < EXACT or best == ranked[1][0]):
        return Choice(between=rivals)
    if best >= EXACT:
        return Choice(code, 0.98, "code_postal+nom")
    return Choice(code, round(best, 3), "code_postal+nom_proche")


def _likeness(reference: CommuneReference, code: str, name: StatedName) -> float:
    """How well a stated name fits a commune, from 0 to 1, over all the names it had."""
    return max((_fit(one, name) for one in reference.names_of.get(code, ())), default=0.0)


def _fit(known: Name, name: StatedName) -> float:
    # A former name counts a little less: today's name of a neighbour comes first.
    ceiling = 1.0 if known.type == "commune" else 0.98
    if known.full == name.full:
        return ceiling
    if known.key == name.key:
        return ceiling - 0.005
    ratio: float = fuzz.ratio(known.key, name.key) / 100
    return max(min(ratio, 0.965) * ceiling, _shared_words(known.key, name.key) * ceiling)


def _shared_words(known: str, stated: str) -> float:
    """Mauléon for Mauléon-Licharre, Cergy-Pontoise for Cergy: one name within the other."""
    ours, theirs = set(known.split()), set(stated.split())
    shared = ours & theirs
    if shared not in (ours, theirs) or not any(len(word) > 2 for word in shared - _COMMON_WORDS):
        return 0.0
    return 0.86 + 0.08 * len(shared) / len(ours | theirs)


def _borne_in(
    reference: CommuneReference, postcode: str, name: StatedName, delivered: Choice
) -> Choice | None:
    """The communes of the postcode's département that bear the name: CEDEX, wrong postcodes."""
    departements = reference.departements_of_postcode(postcode)
    same = [
        one
        for one in reference.by_key.get(name.key, ())
        if reference.departement[one.code] in departements
    ]
    if not same or (delivered.code and _within(reference, delivered.code, name)):
        return None
    score = 0.85 if postcode in reference.by_postcode else 0.92
    return _the_only_one(same, name, score, "departement+nom")


def _within(reference: CommuneReference, code: str, name: StatedName) -> bool:
    """Whether the stated name is a part of a name of the commune, or the other way round."""
    known = reference.names_of.get(code, ())
    return any(_shared_words(one.key, name.key) > 0 for one in known)


def _near_in_departements(reference: CommuneReference, postcode: str, name: StatedName) -> Choice:
    """The one commune of the postcode's département whose name is nearly the stated one."""
    departements = reference.departements_of_postcode(postcode)
    if len(name.key) < 5:
        return Choice()
    names = [one for code in departements for one in reference.names_in.get(code, ())]
    near = process.extract(
        name.key,
        [one.key for one in names],
        scorer=fuzz.ratio,
        score_cutoff=SIMILAR_IN_DEPARTEMENT - 100 * MARGIN,
        limit=5,
    )
    if not near or near[0][1] < SIMILAR_IN_DEPARTEMENT:
        return Choice()
    codes = tuple(dict.fromkeys(names[line].code for _, _, line in near))
    if len(codes) > 1:
        return Choice(between=codes)
    return Choice(codes[0], 0.3 + 0.4 * near[0][1] / 100, "departement+nom_proche")


def _only_name(reference: CommuneReference, name: StatedName) -> Choice:
    return _the_only_one(reference.by_key.get(name.key, []), name, 0.75, "nom")


def _the_only_one(names: list[Name], name: StatedName, score: float, how: str) -> Choice:
    """The one commune behind ``names``, preferring today's name and the very words stated."""
    steps = (
        (names, 0.0),
        ([one for one in names if one.full == name.full], 0.02),
        ([one for one in names if one.type == "commune"], 0.1),
        ([one for one in names if one.full == name.full and one.type == "commune"], 0.1),
    )
    for kept, doubt in steps:
        codes = tuple(dict.fromkeys(one.code for one in kept))
        if len(codes) == 1:
            return Choice(codes[0], score - doubt, how)
    return Choice(between=tuple(dict.fromkeys(one.code for one in names)))


# --- what is published --------------------------------------------------------------------


def _narrow(
    reference: CommuneReference, code: str, insee: str, postcode: str, name: StatedName
) -> tuple[str, bool]:
    """The arrondissement of Paris, Lyon or Marseille, when something tells it.

    As for communes, the INSEE code gives way only to the two others together. The second
    value says that what was not followed contradicts what was.
    """
    if code not in CITIES:
        return code, False
    told = (
        reference.today.get(insee, ""),
        reference.arrondissement_by_postcode.get(postcode, ""),
        reference.arrondissement_by_number.get((code, name.arrondissement), ""),
    )
    own = [one if one != code and reference.city.get(one) == code else "" for one in told]
    by_insee, by_postcode, by_name = own
    kept = by_insee or by_postcode or by_name or code
    if by_postcode and by_postcode == by_name:
        kept = by_postcode
    return kept, any(one not in ("", kept) for one in own)


def _postcode(reference: CommuneReference, code: str, postcode: str) -> str:
    """The stated postcode when it delivers there, else the only one that does."""
    own = reference.postcodes[code]
    if postcode not in own and len(own) == 1:
        return own[0]
    return postcode


def _unresolved(reference: CommuneReference, choice: Choice, shown: str) -> _Issue:
    if not choice.between:
        return _Issue("commune", "commune_introuvable", shown, "", "")
    listed = ", ".join(f"{reference.official[code]} ({code})" for code in choice.between[:5])
    more = ", …" if len(choice.between) > 5 else ""
    return _Issue("commune", "commune_ambigue", shown, "", listed + more)


def _why_renamed(reference: CommuneReference, code: str, name: StatedName, choice: Choice) -> str:
    if code in CITIES or reference.city[code] in CITIES:
        own = CITIES[reference.city[code]]
        if name_keys(own)[0] == name.full:
            return "CEDEX" if name.cedex else "arrondissement"
    for known in reference.names_of.get(code, ()):
        if known.key == name.key:
            former = _FORMER.get(known.type)
            return former or ("CEDEX" if name.cedex else "orthographe")
    return f"INSEE {code}" if choice.how in ("insee", "insee+code_postal") else "orthographe"


def _why_other_postcode(reference: CommuneReference, postcode: str) -> str:
    others = reference.by_postcode.get(postcode, ())
    if not others:
        return "CEDEX" if reference.is_postcode(postcode) else "inconnu de La Poste"
    more = ", …" if len(others) > 3 else ""
    return ", ".join(reference.official[code] for code in others[:3]) + more


def _why_other_insee(reference: CommuneReference, insee: str, code: str) -> str:
    known = reference.today.get(insee, "")
    if not known:
        return "inconnu du COG"
    if known == code:
        return "ancienne commune"
    if reference.city[known] == reference.city[code]:
        return "arrondissement"
    return f"INSEE {insee} : {reference.official[known]}"

"""The sentences about a row's point: what the source said of it, and the rule that decided."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from opendata.geocode.points.rule import FAR_M, NEAR_M, STREET_FAR_M, SURE
from opendata.language import Text
from opendata.site.labels import PRECISIONS_SHORT, label
from opendata.site.wording import number

#: A probability is never told to be 0 or 100 per cent.
_LEAST, _MOST = 0.1, 99.9
_HOUSE = ("numero", "interpolation")

ELSEWHERE = {
    "another_row": Text(
        "Le lieu publie le point d'une autre de ses lignes : le plus précis, ou celui de la source "
        "la mieux classée.",
        "The place publishes the point of another of its rows: the most precise, or that of the "
        "best-ranked source.",
    ),
    "other_reference": Text(
        "La version publiée a un autre point : les adresses, les communes ou un service de "
        "géocodage disaient alors autre chose ; relancez « opendata run » pour mettre à jour.",
        "The published release has another point: addresses, communes or a geocoding service "
        "said otherwise then; run “opendata run” again to bring it up to date.",
    ),
}


class Decision(NamedTuple):
    """Which rule chose the point: a code of problemes.csv, or a name for a point that is kept."""

    code: str
    fr: str
    en: str


def certainty(probability: float) -> Text:
    """A probability (0 to 1) in per cent, whole where it is whole."""
    value = min(max(round(100 * float(probability), 1), _LEAST), _MOST)
    text = number(value, 0 if value.is_integer() else 1)
    return Text(f"{text.fr} %", f"{text.en}%")


def stated_point(facts: Mapping[str, Any]) -> Text:
    """What the source says of the point, and how far that is from the address."""
    point = facts["stated"]["point"]
    if not point:
        return Text("La source ne donne pas de point.", "The source gives no point.")
    shown = f"{point['latitude']:.6f}, {point['longitude']:.6f}"
    fr, en = f"Point de la source : {shown}", f"Point of the source: {shown}"
    precision = facts["stated"]["precision"]
    if precision:
        worth = label(PRECISIONS_SHORT, precision)
        fr, en = f"{fr} (précision : {worth.fr})", f"{en} (precision: {worth.en})"
    if facts["distance_m"] is not None:
        away = metres(facts["distance_m"])
        fr, en = f"{fr}, à {away.fr} de l'adresse retenue", f"{en}, {away.en} from that address"
    return Text(f"{fr}.", f"{en}.")


def metres(distance: float) -> Text:
    """A distance in metres, as it is said: in kilometres from one on."""
    if distance < 1000:
        return Text(f"{distance:.0f} m", f"{distance:.0f} m")
    km = number(distance / 1000, 1)
    return Text(f"{km.fr} km", f"{km.en} km")


def decision(facts: Mapping[str, Any]) -> Decision:
    """The rule of ``opendata.geocode.points.rule`` that chose the point of a row."""
    published = facts["published"]
    if published is None:
        return _REFUSED if facts["refused"] else _OUTSIDE
    codes = {one["rule"] for one in facts["rules"]} & set(_RULES)
    code = min(codes) if codes else _kept(facts)
    fr, en = _RULES[code].in_language("fr"), _RULES[code].in_language("en")
    values = _values(facts)
    return Decision(code, fr.format(**values.fr), en.format(**values.en))


_REFUSED = Decision(
    "mise_de_cote",
    "La ligne est mise de côté : aucun point n'est choisi.",
    "The row is set aside: no point is chosen.",
)
_OUTSIDE = Decision(
    "hors_territoire",
    "La ligne est hors du territoire : aucun point n'est choisi.",
    "The row is outside the territory: no point is chosen.",
)


def _kept(facts: Mapping[str, Any]) -> str:
    """Why a stated point was kept; no issue tells it."""
    address, published = facts["address"], facts["published"]
    if published["geo_methode"] == "correction":
        return "point_corrige"
    if published["geo_precision"] == "commune":
        return "centre_garde"
    if published["ban_id"]:
        return "point_confirme"
    if not address:
        return "point_garde"
    far = FAR_M if address["precision"] in _HOUSE else STREET_FAR_M + address["reach_m"]
    if address["score"] < SURE and facts["distance_m"] > far:
        return "adresse_incertaine"
    beside = address["precision"] in _HOUSE and facts["distance_m"] > NEAR_M
    if address["score"] >= SURE and beside and published["geo_precision"] == "voie":
        return "point_a_la_voie"
    return "point_compatible"


class _Values(NamedTuple):
    fr: dict[str, str]
    en: dict[str, str]


def _values(facts: Mapping[str, Any]) -> _Values:
    """What the sentences of the rules name."""
    address = facts["address"] or {}
    house = address.get("precision") in _HOUSE
    away = metres(facts["distance_m"] or 0)
    sure, needed = certainty(address.get("score", 0)), certainty(SURE)
    worth = label(PRECISIONS_SHORT, facts["stated"]["precision"])
    said = label(PRECISIONS_SHORT, address.get("precision", ""))
    limit = metres(FAR_M if house else STREET_FAR_M)
    astray = facts["astray"]
    beyond = Text(
        f"plus que les {limit.fr} admis d'un numéro"
        if house
        else f"plus de {limit.fr} au-delà de la voie elle-même",
        f"more than the {limit.en} allowed from a house number"
        if house
        else f"more than {limit.en} beyond the street itself",
    )
    shared = {"near": f"{NEAR_M:.0f} m", "far": f"{FAR_M:.0f} m"}
    return _Values(
        shared | {"away": away.fr, "sure": sure.fr, "needed": needed.fr, "worth": worth.fr,
                  "said": said.fr, "beyond": beyond.fr, "astray": astray},
        shared | {"away": away.en, "sure": sure.en, "needed": needed.en, "worth": worth.en,
                  "said": said.en, "beyond": beyond.en, "astray": astray.replace(",", ".")},
    )  # fmt: skip


_RULES = {
    "point_contredit": Text(
        "Décision : l'adresse est sûre à {sure} (il faut {needed}) et le point en est à {away}, "
        "{beyond} ; l'adresse est publiée.",
        "Decision: the address is {sure} certain ({needed} is needed) and the point is {away} "
        "from it, {beyond}; the address is published.",
    ),
    "point_affine": Text(
        "Décision : l'adresse dit plus ({said}) que le point de la source ({worth}) ; l'adresse "
        "est publiée.",
        "Decision: the address says more ({said}) than the point of the source ({worth}); the "
        "address is published.",
    ),
    "point_hors_commune": Text(
        "Décision : le point est à {astray} de sa commune, trop loin pour y être, et l'adresse "
        "n'est pas connue ; le centre de la commune est publié.",
        "Decision: the point is {astray} from its commune, too far to be in it, and the address "
        "is not known; the centre of the commune is published.",
    ),
    "point_hors_commune_adresse": Text(
        "Décision : le point est à {astray} de sa commune, trop loin pour y être ; l'adresse est "
        "publiée.",
        "Decision: the point is {astray} from its commune, too far to be in it; the address is "
        "published.",
    ),
    "point_ecarte": Text(
        "Décision : le point est à {astray} de sa commune, trop loin pour y être, et ni l'adresse "
        "ni le centre de la commune ne sont connus ; aucun point n'est publié.",
        "Decision: the point is {astray} from its commune, too far to be in it, and neither the "
        "address nor the centre of the commune is known; no point is published.",
    ),
    "point_par_adresse": Text(
        "Décision : l'adresse est connue ; elle est publiée.",
        "Decision: the address is known; it is published.",
    ),
    "point_absent": Text(
        "Décision : ni point ni adresse connue ; le centre de la commune est publié.",
        "Decision: neither a point nor a known address; the centre of the commune is published.",
    ),
    "point_inconnu": Text(
        "Décision : ni point, ni adresse, ni centre de commune connus ; aucun point n'est publié.",
        "Decision: no point, no address and no centre of the commune are known; no point is "
        "published.",
    ),
    "point_corrige": Text(
        "Décision : le point a été corrigé par un gestionnaire ; il est publié tel quel.",
        "Decision: the point was corrected by a steward; it is published as it is.",
    ),
    "centre_garde": Text(
        "Décision : le point de la source n'est que celui de la commune (son centre, ou un point "
        "donné à plusieurs adresses) et l'adresse n'est pas connue ; il est publié comme tel.",
        "Decision: the point of the source is only that of the commune (its centre, or one given "
        "to several addresses) and the address is not known; it is published as such.",
    ),
    "point_confirme": Text(
        "Décision : l'adresse, sûre à {sure}, confirme le point à {away} près ; le point de la "
        "source est publié.",
        "Decision: the address, {sure} certain, confirms the point within {away}; the point "
        "of the source is published.",
    ),
    "point_a_la_voie": Text(
        "Décision : le point est à {away} du numéro, trop près pour être contredit ({far}), trop "
        "loin pour être celui du numéro ({near}) ; il est publié comme celui de la voie.",
        "Decision: the point is {away} from the house number, too near to be contradicted "
        "({far}), too far to be that of the number ({near}); it is published as the street's.",
    ),
    "adresse_incertaine": Text(
        "Décision : l'adresse n'est sûre qu'à {sure} (il faut {needed}) et ne peut rien contre un "
        "point qui est dans sa commune ; le point de la source est publié.",
        "Decision: the address is only {sure} certain ({needed} is needed) and cannot overrule "
        "a point that is in its commune; the point of the source is published.",
    ),
    "point_compatible": Text(
        "Décision : le point est dans sa commune et va avec l'adresse ; le point de la source est "
        "publié.",
        "Decision: the point is in its commune and agrees with the address; the point of the "
        "source is published.",
    ),
    "point_garde": Text(
        "Décision : le point est dans sa commune et aucune adresse connue ne le contredit ; le "
        "point de la source est publié.",
        "Decision: the point is in its commune and no known address contradicts it; the point of "
        "the source is published.",
    ),
}

"""The sentences about a row's address, as the matcher read and sought it, and all in order."""

from collections.abc import Mapping, Sequence
from typing import Any

from opendata.geocode.ban.match import ENOUGH
from opendata.geocode.ban.words import REPETITIONS
from opendata.language import Text
from opendata.site.labels import PRECISIONS_SHORT, label
from opendata.site.wording import number
from opendata.why.point_words import certainty, stated_point

_LETTERS = {letter: word for word, letter in REPETITIONS.items()}
#: A margin below which two candidates are as good as equal, and the largest there is (points).
_CLOSE, _ALONE = 3.0, 30.0
_COMMUNES_NAMED = 6


def sentences(facts: Mapping[str, Any]) -> list[Text]:
    """Everything about the address and the point, in the order it was found out."""
    found = [_stated_address(facts), *_sought(facts)]
    found += [Text(f"{one['fr']}.", f"{one['en']}.") for one in facts["commune_rules"]]
    found += [stated_point(facts), Text(facts["decision"]["fr"], facts["decision"]["en"])]
    return [_capital(text) for text in found]


def _capital(text: Text) -> Text:
    return Text(text.fr[:1].upper() + text.fr[1:], text.en[:1].upper() + text.en[1:])


# --- the address --------------------------------------------------------------------------


def _stated_address(facts: Mapping[str, Any]) -> Text:
    stated, readings = facts["stated"], facts["readings"]
    if not stated["adresse"]:
        return Text("La ligne ne donne pas d'adresse.", "The row gives no address.")
    fr, en = f"Adresse « {stated['adresse']} »", f"Address “{stated['adresse']}”"
    if not facts["sought"]:
        return Text(
            f"{fr} : pas cherchée, sa commune n'est pas du jeu de données ou n'est pas connue.",
            f"{en}: not sought, its commune is not of the dataset or not known.",
        )
    if not readings:
        return Text(
            f"{fr} : rien n'y ressemble à une voie ou à un lieu-dit.",
            f"{en}: nothing in it looks like a street or a locality.",
        )
    read = [_reading(one) for one in readings]
    return Text(
        f"{fr}, lue : {' ; sinon '.join(one.fr for one in read)}.",
        f"{en}, read as: {'; else '.join(one.en for one in read)}.",
    )


def _reading(reading: Mapping[str, Any]) -> Text:
    """One way an address is read: number, kind of way, name."""
    house = f"{reading['number']} {_LETTERS.get(reading['repetition'], reading['repetition'])}"
    kind, core = reading["kind"], reading["core"]
    fr = [f"nº {house.strip()}"] if reading["number"] else ["sans numéro"]
    en = [f"no. {house.strip()}"] if reading["number"] else ["no number"]
    return Text(
        ", ".join([*fr, f"{kind} « {core} »" if kind else f"lieu ou voie « {core} »"]),
        ", ".join([*en, f"{kind} “{core}”" if kind else f"locality or street “{core}”"]),
    )


def _sought(facts: Mapping[str, Any]) -> list[Text]:
    if not (facts["sought"] and facts["readings"]):
        return []
    found = [_where(facts)]
    missing = facts["without_addresses"]
    if missing:
        listed = ", ".join(missing)
        found.append(
            Text(
                f"Aucun fichier d'adresses (BAN) n'est là pour le département {listed} : l'adresse "
                "n'a pas pu y être cherchée. Lancez « opendata reference update ».",
                f"No address file (BAN) is at hand for département {listed}: the address could not "
                "be sought there. Run “opendata reference update”.",
            )
        )
    if facts["candidates"]:
        found.append(_candidates(facts["candidates"]))
    if facts["best"]:
        found.append(_chosen(facts))
    elif not missing and facts["communes"]:
        found.append(
            Text(
                "Aucune voie de la BAN n'en est assez proche : corrigez le nom de la voie, ou la "
                "commune.",
                "No street of the BAN comes close enough: correct the street's name, or the "
                "commune.",
            )
        )
    return found


def _where(facts: Mapping[str, Any]) -> Text:
    communes = _listed(facts["communes"])
    if not communes:
        return Text(
            "Commune inconnue : l'adresse n'est cherchée nulle part.",
            "Unknown commune: the address is sought nowhere.",
        )
    sure = certainty(facts["trust"])
    fr, en = f"Cherchée à {communes}", f"Sought in {communes}"
    if len(facts["communes"]) > 1:
        fr = f"Cherchée dans les communes possibles : {communes}"
        en = f"Sought in the possible communes: {communes}"
    fr, en = f"{fr}, commune sûre à {sure.fr}", f"{en}, commune {sure.en} certain"
    around = _listed(facts["around"])
    if around:
        fr += f", puis, faute de voie proche, dans celles du même code postal : {around}"
        en += f", then, for want of a close street, in those of the same postcode: {around}"
    return Text(f"{fr}.", f"{en}.")


def _listed(communes: Sequence[Mapping[str, str]]) -> str:
    named = [f"{one['nom']} ({one['code_insee']})" for one in communes[:_COMMUNES_NAMED]]
    return ", ".join(named + ["…"] * (len(communes) > _COMMUNES_NAMED))


def _candidates(candidates: Sequence[Mapping[str, Any]]) -> Text:
    """The streets that came close, with their likeness from 0 to 100."""
    shown = [
        (f"{one['voie']}, {one['town']}", number(one["likeness"], _decimals(one["likeness"])))
        for one in candidates
    ]
    return Text(
        "Voies proches (ressemblance sur 100) : "
        + " ; ".join(f"{name} ({like.fr})" for name, like in shown)
        + ".",
        "Close streets (likeness out of 100): "
        + "; ".join(f"{name} ({like.en})" for name, like in shown)
        + ".",
    )


def _decimals(value: float) -> int:
    return 0 if float(value).is_integer() else 1


def _chosen(facts: Mapping[str, Any]) -> Text:
    best, address = facts["best"], facts["address"]
    sure, enough = certainty(best["probability"]), certainty(ENOUGH)
    why = _features(best)
    street = f"{best['voie']}, {best['town']}"
    if not address:
        return Text(
            f"La meilleure, {street}, n'a que {sure.fr} de chances d'être la bonne (il en faut "
            f"{enough.fr}) : {why.fr}. Elle n'est pas retenue.",
            f"The best, {street}, is right with a probability of {sure.en} only ({enough.en} is "
            f"needed): {why.en}. It is not retained.",
        )
    precision = label(PRECISIONS_SHORT, address["precision"])
    shown = f"{address['numero']} {address['voie']} {address['postcode']} {address['town']}"
    point = f"{address['latitude']:.6f}, {address['longitude']:.6f}"
    return Text(
        f"Retenue : {shown.strip()} ({precision.fr}, {point}), sûre à {sure.fr} : {why.fr}.",
        f"Retained: {shown.strip()} ({precision.en}, {point}), {sure.en} certain: {why.en}.",
    )


def _features(best: Mapping[str, Any]) -> Text:
    """What speaks for a street and against it, as the model weighs it."""
    seen, weighs = best["features"], best["contributions"]
    speaking = [(weighs[name] > 0, said) for name, said in _FEATURES.items() if weighs[name]]
    like = number(seen["likeness"], _decimals(seen["likeness"]))
    if not seen["exact"]:
        text = Text(f"noms semblables à {like.fr} sur 100", f"names alike at {like.en} out of 100")
        speaking.insert(0, (True, text))
    margin = number(seen["margin"])
    if seen["margin"] >= _ALONE:
        text = Text("aucune autre voie n'en approche", "no other street comes near")
    elif seen["margin"] < _CLOSE:
        text = Text("une autre voie en est aussi proche", "another street is as close")
    else:
        text = Text(f"{margin.fr} points devant la suivante", f"{margin.en} points ahead")
    speaking.append((seen["margin"] >= _CLOSE, text))
    good, bad = ([said for good, said in speaking if good is sign] for sign in (True, False))
    fr, en = ", ".join(one.fr for one in good), ", ".join(one.en for one in good)
    if bad:
        fr += f" ; contre : {', '.join(one.fr for one in bad)}"
        en += f"; against: {', '.join(one.en for one in bad)}"
    return Text(fr, en)


#: The flags of ``opendata.geocode.ban.score.Features``, in words.
_FEATURES = {
    "exact": Text("même nom", "same name"),
    "same_kind": Text("même genre de voie", "same kind of way"),
    "has_number": Text("le numéro y existe", "the number exists there"),
    "short": Text("nom court", "short name"),
    "other_kind": Text("autre genre de voie", "another kind of way"),
    "lacks_number": Text("le numéro n'y est pas connu", "the number is not known there"),
    "kindless": Text("genre de voie non écrit", "kind of way not written"),
    "locality": Text("lieu-dit sans numéro", "locality without a number"),
    "widened": Text("dans une autre commune du code postal", "in another commune of the postcode"),
    "later": Text("lecture moins naturelle de l'adresse", "less natural reading of the address"),
}

"""The words that stand for the codes of a report."""

from opendata.language import Text

#: Best precision first: the order of tables and of the map's legend.
PRECISIONS = {
    "numero": Text("Au numéro", "House number"),
    "interpolation": Text("Au numéro, par interpolation", "House number, interpolated"),
    "voie": Text("À la voie", "Street"),
    "lieu-dit": Text("Au lieu-dit", "Locality"),
    "commune": Text("Au centre de la commune", "Centre of the commune"),
    "aucune": Text("Sans point", "No point"),
}
#: Precisions that lead to the street at least.
LOCATED = ("numero", "interpolation", "voie")
PRECISIONS_SHORT = {
    "numero": Text("numéro", "house number"),
    "interpolation": Text("numéro interpolé", "interpolated number"),
    "voie": Text("voie", "street"),
    "lieu-dit": Text("lieu-dit", "locality"),
    "commune": Text("centre de commune", "centre of commune"),
    "aucune": Text("sans point", "no point"),
}
#: What a precision is worth to someone who goes there.
PRECISION_MEANINGS = {
    "numero": Text("on trouve la porte", "people find the door"),
    "interpolation": Text(
        "la BAN n'a pas ce numéro : le point est entre ses voisins, ou chez le plus proche",
        "the BAN lacks this number: the point is between its neighbours, or at the nearest",
    ),
    "voie": Text("la bonne rue, sans le numéro", "the right street, without the number"),
    "lieu-dit": Text(
        "le bon hameau ou quartier, sans rue", "the right hamlet or quarter, without a street"
    ),
    "commune": Text(
        "seule la commune est sûre : le lieu peut en être à des kilomètres",
        "only the commune is certain: the place may be kilometres away",
    ),
    "aucune": Text("le lieu manque sur les cartes", "the place is missing from maps"),
}
METHODS = {
    "source": Text("Point donné par la source", "Point given by the source"),
    "source-corrigee": Text("Point de la source, corrigé", "Source's point, corrected"),
    "ban": Text("Adresse trouvée dans la BAN", "Address found in the BAN"),
    "geoplateforme": Text("Adresse trouvée par la Géoplateforme", "Found by the Géoplateforme"),
    "commune": Text("Centre de la commune", "Centre of the commune"),
    "correction": Text("Correction d'un gestionnaire", "Steward's correction"),
}
#: Why the point of a source is not the one that is published, and which one is.
MOVES = {
    "point_contredit": Text(
        "Loin de l'adresse : placé à l'adresse", "Far from the address: stands at the address"
    ),
    "point_hors_commune": Text(
        "Hors de la commune : placé au centre de celle-ci",
        "Outside the commune: stands at its centre",
    ),
    "point_hors_commune_adresse": Text(
        "Hors de la commune : placé à l'adresse", "Outside the commune: stands at the address"
    ),
    "point_ecarte": Text(
        "Hors de la commune : publié sans point", "Outside the commune: published without a point"
    ),
}
NEIGHBOURS = {
    "commune_voisine": Text(
        "L'adresse et le point sont dans la commune voisine",
        "The address and the point are in the neighbouring commune",
    ),
    "commune_par_adresse": Text(
        "Plusieurs communes possibles : l'adresse n'existe que dans celle-ci",
        "Several communes possible: the address exists in this one only",
    ),
}
STATES = {
    "a_jour": Text("À jour", "Up to date"),
    "perimee": Text("Dernière bonne copie", "Last good copy"),
    "absente": Text("Absente", "Missing"),
    "conservee": Text("Conservée", "Kept"),
    "non_publiee": Text("Non publiée", "Not published"),
}
SEVERITIES = {
    "error": Text("Erreur", "Error"),
    "warning": Text("Avertissement", "Warning"),
    "info": Text("Information", "Information"),
}
TYPES = {
    "string": Text("texte", "text"),
    "number": Text("nombre", "number"),
    "integer": Text("entier", "integer"),
    "date": Text("date", "date"),
    "datetime": Text("date et heure", "date and time"),
    "boolean": Text("oui ou non", "yes or no"),
}


def label(labels: dict[str, Text], code: object) -> Text:
    """The words for a code; a code nobody named stands for itself."""
    return labels.get(str(code), Text(str(code), str(code)))

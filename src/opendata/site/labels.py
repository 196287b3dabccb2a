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
PRECISIONS_SHORT = {
    "numero": Text("numéro", "house number"),
    "interpolation": Text("numéro interpolé", "interpolated number"),
    "voie": Text("voie", "street"),
    "lieu-dit": Text("lieu-dit", "locality"),
    "commune": Text("centre de commune", "centre of commune"),
    "aucune": Text("sans point", "no point"),
}
METHODS = {
    "source": Text("Point donné par la source", "Point given by the source"),
    "source-corrigee": Text("Point de la source, corrigé", "Source's point, corrected"),
    "ban": Text("Adresse trouvée dans la BAN", "Address found in the BAN"),
    "geoplateforme": Text("Adresse trouvée par la Géoplateforme", "Found by the Géoplateforme"),
    "commune": Text("Centre de la commune", "Centre of the commune"),
    "correction": Text("Correction d'un gestionnaire", "Steward's correction"),
}
STATES = {
    "a_jour": Text("À jour", "Up to date"),
    "perimee": Text("Dernière bonne copie", "Last good copy"),
    "absente": Text("Absente", "Missing"),
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

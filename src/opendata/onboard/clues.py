"""What tells each field: words of the header, and kinds of values.

Expressions are looked for as whole words in the words of a header, as
:func:`opendata.onboard.headers.words` gives them: folded, cut apart and completed.
"""

from typing import NamedTuple


class Clue(NamedTuple):
    """How a field is recognised.

    ``words`` and ``unless`` are looked for in the header's words; ``kinds`` are those of the
    profile that fit the field. A column whose header speaks of the field needs the share
    ``need`` of such values; one whose header does not, the share ``alone`` (above 1: never).
    """

    field: str
    words: str
    unless: str
    kinds: tuple[str, ...]
    need: float
    alone: float


CLUES = {
    clue.field: clue
    for clue in (
        Clue(
            "courriels",
            r"e? ?mails?|emails?|courriels?|mel|adresse electronique",
            r"site|web",
            ("courriel",),
            0.5,
            0.8,
        ),
        Clue(
            "telephone",
            r"tel|telephones?|phones?|mobile|portable|gsm|fixe|standard|telephonique",
            r"fax|telecopie\w*|site|url",
            ("telephone",),
            0.5,
            0.85,
        ),
        Clue(
            "prise_rdv",
            r"rdv|rendez vous|reservation|booking|appointment",
            r"mail|tel",
            ("url",),
            0.5,
            2,
        ),
        Clue("fiche_acces_libre", r"acces ?libre|accessibilite", r"mail|tel", ("url",), 0.5, 2),
        Clue(
            "site_web",
            r"web|www|site|website|url|lien|link|internet|page|facebook|twitter|instagram|linkedin|"
            r"youtube|mastodon|reseaux sociaux",
            r"photos?|images?|logos?|icones?|pictos?|mails?|rdv|wikipedia|wikidata|wifi|"
            r"licence|confidentialite|politique|source|picture|fichier|mapillary|panoramax",
            ("url",),
            0.3,
            0.8,
        ),
        Clue(
            "date_maj",
            r"maj|mise a jour|mis a jour|a jour|updated?|modif\w*|modified|edit\w*|latest|last|"
            r"derniere?|actualis\w*|revision|check date|verifi\w*|timestamp|date",
            r"crea\w*|create|ouverture|opening|label\w*|start|naissance|fin|debut|inscription|"
            r"survey|fermeture",
            ("date",),
            0.5,
            2,
        ),
        Clue(
            "pivot",
            r"siret|siren|rna|ridet|pivot|num siret",
            r"nom|libelle|raison",
            ("identifiant", "siren"),
            0.15,
            0.9,
        ),
        Clue(
            "code_insee",
            r"code insee com\w*|code insee|insee com\w*|com\w* insee|insee|codgeo|depcom|code com|"
            r"code commune|citycode|cog",
            r"dep|dept|departement|reg|region|ze|zone|epci|iris|postal|nom|lib|libelle|pop",
            ("code_insee",),
            0.5,
            2,
        ),
        Clue(
            "code_postal",
            r"cp|postal|postcode|code post|zip|zipcode|postal code|code postal",
            r"insee|nom|lib|commune|ville",
            ("code_postal",),
            0.5,
            0.95,
        ),
        Clue(
            "commune",
            r"commune|com|ville|city|town|localite|municipalite|municipality",
            r"codes?|insee|cp|postal|pop|class|classe|id|inter|epci|communaute|siret|site|type|"
            r"date|siege",
            ("commune",),
            0.5,
            0.9,
        ),
        Clue(
            "code_departement",
            r"dep|dept|departement|department",
            r"nom|lib|libelle|region|pop",
            ("departement",),
            0.9,
            2,
        ),
        Clue(
            "adresse",
            r"adresse|adr|address|voie|rue|street|adresse complete|addr full",
            r"e? ?mails?|courriels?|site|web|complement|comp|compl|suite|cp|postal|code|"
            r"commune|ville|city|insee|departement|region|numero|num|no|type|ip|id|2",
            ("texte",),
            0.5,
            2,
        ),
        Clue(
            "complement_adresse",
            r"complement|compl|comp|batiment|bat|etage|localisation|lieu ?dit|residence|branch|"
            r"quartier|bp|boite postale|cs|adresse 2|ligne 2|libelle 2|nom 2|acces interne",
            r"geo|geolocalisation|horaires?|tel|telephone|mail|formation|siret|code",
            ("texte", "nombre"),
            0.0,
            2,
        ),
        Clue(
            "structure_parente",
            r"porteuse|porteur|tutelle|gestionnaire|operateur|operator|raison sociale|parente|"
            r"mere|groupe|brand|organisme|employeur|rattachement|reseau|owner",
            r"type|statut|nature|code|id|wikidata|wikipedia|siret|siren|mail|tel|sociaux|url|date|"
            r"accueil|heritage",
            ("texte",),
            0.6,
            2,
        ),
        Clue("source", r"source", r"date|url|id|name", ("texte",), 0.9, 2),
    )
}

#: Names of places, the surest words first.
NAME_CLUES = (
    (r"nom|name|denomination|enseigne", 1.0),
    (r"^lieu$|^structure$|^etablissement$", 0.95),
    (r"libelle|lib|intitule|titre|title", 0.9),
    (r"structure|etablissement|etab|lieu|organisme|espace|raison sociale", 0.6),
)
NAME_UNLESS = (
    r"commune|com|ville|region|reg|departement|dep|metro|epci|zone|ze|voie|rue|prenom|contact|"
    r"responsable|referent|alt|old|short|official|usuel|fichier|tutelle|porteuse|types?|code|id|"
    r"reseau|was|quartier|bassin|user name|en|ro|oc|insee|pop|2|photo|itinerant|intercommunalite|"
    r"agent|financeur|conseiller|public|service|description"
)
ID_WORDS = (
    r"id|identifiant|ident|uid|uuid|gid|key|cle|code|ref|reference|recordid|numero|num|no|n|"
    r"matricule|immatriculation"
)
ID_UNLESS = (
    r"insee|postal|siret|siren|tel|telephone|fax|region|departement|dep|commune|com|rue|voie|date"
)

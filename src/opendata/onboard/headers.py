"""What the header of a column says: its words, and the field they speak of.

Headers come glued (``NOMCOM``), cut to ten letters (``USER_ADRES``), in camel case, behind
dotted paths (``fields.geo``) or as a whole question. They are brought to plain French and
English words here, and weighed against :data:`CLUES`.
"""

import re
from functools import cache
from typing import NamedTuple

from opendata.schema import fold


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


#: Words headers are made of: what glued headers are cut into and cut ones completed with.
_LEXICON = _words(
    """
    acces access accessibilite addr accompagnement accueil activite actualisation address
    adresse aff annuelle bat batiment bib bibliotheque categorie cible classe code codgeo
    coll com comm comment commentaire commune complement cond condition contact coord
    coordonnee courriel cout cp creation date debut dep departement depcom dept desc
    descriptif description detail dispositif email enseigne epci equipement espace etab
    etablissement etage etiquette facebook fax fermeture fiche fin formation frais gestion
    gestionnaire geo geometry gps handicap heure horaire id identifiant inclusion info
    information init insee inst instagram intercommunalite internet intitule itinerance jour
    label lat latitude lib libelle lien lieu linkedin lng localisation localite lon long
    longitude mail maj materiel mediation mel metro mise mobile modalite modification name
    nature nom note num numero observation offre opening organisme ouverture parente phone
    photo pmr pop porteuse point postal postale postcode precision prenom presentation prise
    projet public publics quartier raison rdv record ref referent reg region remarque
    responsable resume rue service set sigle siren siret site sociale source statut street
    structure tarif tel telecopie telephone tiers titre tutelle twitter type typo typologie
    uid uuid url usage ville voie web wifi zone
    """
)
#: Words that say nothing of what the column holds.
_NEUTRAL = _words(
    """
    a addr au aux bf c code contact d de des du en es et fields fr france fs geometry inst l
    la le les libelle lieu lieux nom num numero o ou par place properties site structure sur
    text tl un une user votre vos etablissement etab adresse type liste brut principal 1
    usager
    """
)


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
            "courriels", r"e? ?mails?|emails?|courriels?|mel", r"site|web", ("courriel",), 0.5, 0.8
        ),
        Clue(
            "telephone",
            r"tel|telephones?|phones?|mobile|portable|gsm|fixe",
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
            r"web|site|website|url|lien|link|internet|page|facebook|twitter|instagram|linkedin|"
            r"youtube|mastodon|reseaux sociaux",
            r"photos?|images?|logos?|icones?|pictos?|mails?|rdv|wikipedia|wikidata|wifi|"
            r"licence|confidentialite|politique|source|picture|fichier|mapillary|panoramax",
            ("url",),
            0.3,
            0.8,
        ),
        Clue(
            "date_maj",
            r"maj|mise a jour|mis a jour|updated?|modif\w*|modified|edit\w*|latest|last|derniere?|"
            r"actualis\w*|revision|check date|verifi\w*|timestamp|date",
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
            r"quartier|bp|boite postale|cs|adresse 2|libelle 2|nom 2|acces interne",
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
    r"id|identifiant|ident|uid|uuid|gid|key|cle|code|ref|reference|recordid|numero|num|matricule"
)
ID_UNLESS = r"insee|postal|siret|siren|tel|region|departement|dep|commune|com|rue|voie|insee|date"

#: Headers of columns that speak of persons: their values are shown to nobody.
PERSONS = (
    r"^(?:\w )?contacts?$|nom (?:du )?contact|contact nom|prenoms?|responsables?|referente?s?|"
    r"directeur|directrice|president|conseiller|"
    r"mediateur|interlocuteur|agent|userid\w*|auteur|author"
)


@cache
def words(header: str) -> str:
    """The words of a header, folded, one space between them.

    >>> words("fields.nomRue"), words("USER_ADRES"), words("CODEPOSTAL")
    ('fields nom rue', 'user adresse', 'code postal')
    """
    text = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý][a-zà-ÿ]{2})", " ", header)
    text = re.sub(r"(?<=[^\W\d_])(?=\d)", " ", text)
    return " ".join(word for token in fold(text).split() for word in _cut(token))


def _cut(token: str) -> tuple[str, ...]:
    if len(token) < 4 or token in _LEXICON or token.rstrip("s") in _LEXICON:
        return (token,)
    parts = _parts(token)
    if parts:
        return parts
    # Shapefiles cut names at ten letters: a beginning that only one word has is that word.
    longer = sorted((word for word in _LEXICON if word.startswith(token)), key=len)
    return (longer[0],) if longer else (token,)


def _parts(token: str) -> tuple[str, ...]:
    """The words a glued token is made of, longest first; () when it is not."""
    for size in range(len(token) - 2, 1, -1):
        head, tail = token[:size], token[size:]
        if not _is_word(head):
            continue
        if _is_word(tail):
            return head, tail
        if rest := _parts(tail):
            return head, *rest
    return ()


def _is_word(text: str) -> bool:
    return text in _LEXICON or (len(text) > 3 and text.removesuffix("s") in _LEXICON)


def says(header: str, pattern: str) -> bool:
    """Whether the words of the header hold one of the alternatives of ``pattern``."""
    return bool(_finder(pattern).search(words(header)))


@cache
def _finder(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


def match(header: str, wanted: str, unless: str = "") -> float:
    """How much of a header speaks of ``wanted``: 0 not at all, 1 of nothing else."""
    text = words(header)
    found = _finder(wanted).findall(text)
    if not found or (unless and says(header, unless)):
        return 0.0
    spoken = set(" ".join(found).split())
    others = [word for word in text.split() if word not in _NEUTRAL and word not in spoken]
    return 0.5 + 0.5 / (1 + len(others))

"""What the header of a column says: its words, and the field they speak of.

Headers come glued (``NOMCOM``), cut to ten letters (``USER_ADRES``), in camel case, behind
dotted paths (``fields.geo``) or as a whole question. They are brought to plain French and
English words here, and weighed against :data:`opendata.onboard.clues.CLUES`.
"""

import re
from functools import cache

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
    usager oui non s
    """
)

#: Where ``nomRue`` is two words; and where ``Libelle2`` is.
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý][a-zà-ÿ]{2})")
_BEFORE_NUMBER = re.compile(r"(?<=[^\W\d_])(?=\d)")


@cache
def words(header: str) -> str:
    """The words of a header, folded, one space between them.

    >>> words("fields.nomRue"), words("USER_ADRES"), words("CODEPOSTAL")
    ('fields nom rue', 'user adresse', 'code postal')
    """
    text = _BEFORE_NUMBER.sub(" ", _CAMEL.sub(" ", header))
    return " ".join(word for token in fold(text).split() for word in _cut(token))


def _cut(token: str) -> tuple[str, ...]:
    """The words a token of a header stands for: itself, what it is glued of, or in full."""
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


def common_words(first: str, second: str) -> set[str]:
    """The words that two headers share."""
    return set(words(first).split()) & set(words(second).split())

"""The words of opening hours in French, and what each stands for.

The list is closed: a word that is not here refuses the text, since it could change what the
rest means ("travaux", "salle annexe"). For the same reason a comment can only be made of
these words, and never holds a person or a telephone number.
"""

import unicodedata

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
#: Rank of "PH", public holidays, after those of the seven days.
HOLIDAY = 7
#: Every day by its rank, in OSM and in French.
CODES = (*DAYS, "PH")
NAMES = (*FRENCH_DAYS, "jours fériés")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEK = tuple(range(7))
APPOINTMENT = "sur rendez-vous"
#: Five days or seven? The five are sure, and the words stay beside them.
WHOLE_WEEK = "toute la semaine"


def fold(text: str) -> str:
    """Lower case, without accents."""
    bare = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in bare if not unicodedata.combining(char))


DAY_WORDS = {
    spelling: rank
    for rank, (name, code) in enumerate(zip(FRENCH_DAYS, DAYS, strict=True))
    for spelling in (name, f"{name}s", name[:3], code.lower())
} | {
    # The short forms and slips that real files hold; each is the beginning of one day only.
    **dict.fromkeys(("mard", "mardis"), 1),
    **dict.fromkeys(("merc", "mercr", "mercred"), 2),
    **dict.fromkeys(("vend", "vendr", "verdredi", "venredi", "vendedi"), 4),
    **dict.fromkeys(("same", "samed"), 5),
    **{"lu": 0, "ma": 1, "me": 2, "je": 3, "ve": 4, "di": 6},
}
MONTH_WORDS = {
    "janvier": 0, "fevrier": 1, "mars": 2, "avril": 3, "mai": 4, "juin": 5, "juillet": 6,
    "aout": 7, "septembre": 8, "sept": 8, "octobre": 9, "novembre": 10, "decembre": 11,
}  # fmt: skip
ORDINALS = {
    "premier": 1, "premiers": 1, "premiere": 1, "deuxieme": 2, "deuxiemes": 2, "second": 2,
    "seconds": 2, "troisieme": 3, "troisiemes": 3, "quatrieme": 4, "quatriemes": 4,
    "cinquieme": 5, "dernier": -1, "derniers": -1,
}  # fmt: skip
HALVES = {
    "matin": "m", "matins": "m", "matinee": "m", "matinees": "m",
    "midis": "p", "soir": "s", "soirs": "s", "soiree": "s", "soirees": "s",
}  # fmt: skip
#: Comments, as they are shown: audiences, activities and ways of being received.
COMMENT_WORDS = """
    accès accueil acquisition activités adhérent adhérents administratif administrative ado
    adolescents ados adulte adultes aide animation animations archives assistance atelier
    ateliers autonomie avec bd bébés bénévoles bibliothèque cinéma collectif collectifs
    consultation consultations continu continue centre cours coworking cyber cyberespace découverte
    directe discothèque documentation emprunt enfance enfant enfants epn espace étudiants
    extérieures extérieurs fablab famille familles fonds formation formations générale grand
    groupe groupes guidé image individuel individuelle individuels informatique informatiques
    initiation inscription inscriptions interruption interruptions internet jeune jeunes
    jeunesse jeux journée lecteurs lecture libre libres ludothèque manuscrits médiathèque
    mixte multimédia musée musique numérique numériques obligatoire ouverts
    patrimoine patrimonial permanence permanences personnalisée personnes phonothèque
    postes pour presse prêt prêts public publics renseignement renseignements résidents
    résidentes retour sans scolaires section secteur senior seniors service services
    simple son tous toute tout unique uniquement usagers vidéo vidéothèque visite visiteurs
    visites tp nocturne médiation accompagnement impression scan
"""
#: Words that only fill: they change nothing of when a place is open.
FILLERS = frozenset(
    fold(word)
    for word in (
        "ouvert", "ouverte", "ouverts", "ouvertes", "ouvre", "ouverture", "ouvertures", "horaire",
        "horaires", "heure", "heures", "est", "sont", "inclus", "incluse", "compris", "comprise",
        "chaque", "jours", "jour", "journée", "durant", "pendant", "fixe", "fixes", "habituel",
        "habituels", "habituelle", "normal", "normaux", "réguliers", "régulier", "accessible",
        "accessibles", "hebdomadaires", "hebdomadaire", "public", "établissement", "la",
        "uniquement",
    )
)  # fmt: skip
ACCENTS = {
    fold(word): word
    for word in (
        "été", "Noël", "août", "réduits", "réservation", "réservations", "février", "modifiés",
        "élargis", "différents", "fermé", "fermée", "fermés", "décembre", "Pâques", "aménagés",
        "à", "période", "périodes", "préalable", "après", "année", "fête", "fêtes", "réservé",
        "réservée", "réservés", "réservées",
    )
}  # fmt: skip


SHOWN = {fold(word): word for word in COMMENT_WORDS.split()}
ACCENTED = SHOWN | ACCENTS
LITTLE = {
    **dict.fromkeys(("de", "du", "le", "les", "des", "l", "d", "en", "dans"), "d"),
    **dict.fromkeys(("a", "au", "aux", "jusque"), "a"),
    **dict.fromkeys(("et", "puis", "ainsi", "plus"), "e"),
    **dict.fromkeys(
        ("ferme", "fermee", "fermes", "fermees", "fermeture", "fermetures", "closed", "repos"), "C"
    ),
    **dict.fromkeys(("sauf", "hors", "excepte", "excepté", "hormis"), "X"),
    "ou": "o",
}

_VACATION = r"(?:petites |grandes )?(?:vacances|conges|vac\.?)"
_SCHOOL = r"(?:scolaires?|scol\.?)"
_APPOINTMENT = r"(?:rendez ?[=-]? ?vous|r\.?d\.?v\.?s?|rv)(?![a-z])"
_ONLY = r"(?:uniquement|exclusivement|seulement|imperativement|strictement)"
_PERIOD_WORDS = (
    r"(?:ete|hiver|noel|paques|toussaint|printemps|fevrier|fin|mi|an|annee|d'|l'|de|du|des|la|les"
    rf"|et|a|-|juillet|aout|juin|septembre|vacances|conges|{_SCHOOL}|universitaires|estivales"
    r"|periodes?|pendant|durant|en|pont|ponts|fetes?|certaines?)"
)
#: Expressions of several words, the longest first; each gives the token it stands for.
EXPRESSIONS: tuple[tuple[str, str], ...] = (
    ("always", r"24 ?h?(?:eures)? ?(?:/|sur) ?24 ?h?(?:eures)?(?![0-9])"),
    ("daily", r"7 ?j?(?:ours)? ?(?:/|sur) ?7(?: ?j(?:ours)?)?(?![0-9a-z])"),
    (
        "changes",
        r"horaires? (?:reduits|restreints|modifies|elargis|differents|amenages)"
        rf"(?:[ :]*(?:{_PERIOD_WORDS}[ -]*)+)?(?= *(?:$|[.;,*)\n]))",
    ),
    (
        "closed_then",
        rf"(?:ferme[es]{{0,2}}|fermetures?)(?: annuelle)?(?: (?:pendant|durant|en|aux?|lors des))?"
        rf"(?: les?)? {_VACATION} (?:de |d'|du )?(?:noel|ete|paques|printemps|toussaint|hiver"
        r"|fevrier|fin d'annee)(?![a-z])",
    ),
    (
        "frequency",
        r"(?:(?:1|une?|2|deux) ?(?:fois|x) ?(?:par|/) ?(?:mois|semaine|trimestre)"
        r"|(?:tou[st]?|toutes) les (?:15|quinze) jours|toutes les (?:2|deux) semaines"
        r"|(?:1|une) semaine (?:sur|/) ?(?:2|deux)|(?:1|une) ?semaine ?/ ?2|(?:par|la) quinzaine"
        r"|en alternance)(?![a-z0-9])",
    ),
    (
        "some_days",
        rf"(?:1|une?|2|deux) (?P<some_day>{'|'.join(FRENCH_DAYS)})s? ?"
        r"(?:(?:sur|/) ?(?:2|deux|3|trois|4|quatre)|par mois|/ ?mois)(?![a-z0-9])",
    ),
    ("unbroken", r"non[ -]stop|journees? continues?|(?:en continu|sans interruption)(?![a-z])"),
    # What a workshop is about may be a name: only the word is kept.
    (
        "workshop",
        rf"ateliers? (?!(?:{'|'.join(FRENCH_DAYS)}|et|de|du|des|le|les|la|sur|sans|au|a|en|ou|pour"
        r"|matin|midi|soir|libres?|numeriques?|collectifs?|individuels?|informatiques?|ferme[es]*"
        r"|sauf|hors|pendant|tous|un|uniquement)(?![a-z]))"
        r"(?:d'|f')?[a-z]{2,14}(?![a-z])(?! ?[a-z'])",
    ),
    ("from_date", r"a partir du [0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}(?![0-9])"),
    ("both", rf"avec (?:ou|et) sans {_APPOINTMENT}"),
    ("without", rf"(?:sans|hors) {_APPOINTMENT}"),
    (
        "appointment",
        rf"(?:{_ONLY} )?(?:sur|avec|par|sous|prise de) (?:prise de )?{_APPOINTMENT}"
        rf"(?: prealable)?(?:[ ,]*{_ONLY})?",
    ),
    (
        "request",
        rf"(?:{_ONLY} )?(?:sur|sous) (?:reservations?|inscriptions?|demandes?)(?: prealable)?"
        rf"(?:[ ,]*{_ONLY})?(?![a-z])",
    ),
    (
        "groups",
        r"(?:accueils?|reserv(?:e|ee|es|ees)) (?:de |des |aux? |par les |a des )?"
        r"(?:accueils? )?(?:de |des )?(?:groupes|classes|scolaires)(?: uniquement)?(?![a-z])",
    ),
    ("appointment", rf"{_ONLY} {_APPOINTMENT}"),
    ("appointment", rf"rdv(?: {_ONLY})?(?![a-z])"),
    ("holiday", r"jours? feries?|feries?(?![a-z])"),
    ("out_of_term", rf"(?:hors|en dehors des?) (?:les |des )?{_VACATION} {_SCHOOL}"),
    ("out_of_term", rf"(?:hors|sauf|en dehors des) (?:les )?{_VACATION}(?= *(?:$|[).,;\n]))"),
    ("term", rf"(?:(?:en|pendant|durant) (?:les? |la )?)?(?:periodes?|temps) (?:{_SCHOOL}|sco)"),
    (
        "school_holidays",
        rf"(?:(?:pendant|durant|en|lors des?|aux?) (?:les |la |des )?)?"
        rf"(?:periodes? (?:de |des )?)?{_VACATION} {_SCHOOL}(?: (?:francaises )?\(?zone c\)?)?",
    ),
    ("school_holidays", rf"(?:pendant|durant) (?:les )?{_VACATION}(?= *(?:$|[:,.;)\n-]))"),
    ("school_holidays", r"periodes? de (?:vacances|conges) scolaires?"),
    ("school_holidays", r"vacances(?= ?:)"),
    ("all_year", r"toute l'annee"),
    ("even", r"(?:les )?semaines? paires?"),
    ("odd", r"(?:les )?semaines? impaires?"),
    ("everyday", r"tous les jours|tlj|chaque jour|du lundi au dimanche"),
    ("workweek", r"(?:(?:en |jours? de |la )semaine|jours? ouvres)(?! (?:im)?paire)(?! ?/)"),
    ("whole_week", r"toute la semaine"),
    ("weekend", r"(?:les? )?week[ -]?ends?"),
    ("month_of", r"(?:(?:du|de chaque|dans le) |/ ?)mois?(?![a-z])"),
    (
        "half",
        r"apr(?:es)?[ -]?mi?di?s?(?![a-z])|apm(?![a-z])|aprem(?![a-z])|ap[ -]?midis?|a-m(?![a-z])",
    ),
    ("until", r"jusqu'?[ ]?(?:a|au|aux)(?![a-z])"),
    ("since", r"(?:a|des) partir (?:de|du)(?![a-z])|(?<![a-z])(?:apres|des)(?= *[0-9]{1,2} ?[h:])"),
    (
        "closed",
        r"pas d'(?:accueil|ouverture)(?: du public| au public)?|non ouverte?(?: au public)?"
        r"|ferme(?:e?s?|ture) (?:au public|toute la journee)|fermetures? annuelles?",
    ),
    ("filler", r"(?:accueil|ouvert(?:e|s|es|ure)?|ouvertures?) (?:du|au|de) public"),
    ("filler", r"(?:horaires?|heures|jours et heures) d'ouvertures?(?: au public)?"),
    ("filler", r"au public(?![a-z])"),
    ("reading_room", r"salles? de (?:lecture|consultation)(?![a-z])"),
    (
        "website",
        r"(?:pour une information actualisee,? )?(?:voir|consulter) (?:les horaires )?(?:sur )?"
        r"(?:le|notre) site(?: (?:web|internet))?(?: de la (?:bibliotheque|mediatheque))?"
        r"(?= *(?:$|[).;*\n]))",
    ),
    ("filler", r"tou(?:s|tes) les|toute la journee"),
    ("ordinal", r"(?P<ordinal>[1-5]) ?(?:er|ers|ere|e|es|eme|emes|nd|nde)(?![a-z0-9])"),
)

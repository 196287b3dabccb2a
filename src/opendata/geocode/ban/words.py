"""The words of French street names: kinds of way, abbreviations, numbers in letters.

Written in the folded form (lower case, no accents). The abbreviations are those that La Poste's
38-character lines, the former FANTOIR register and people use; a list, not a rule, because
"ch" is a chemin and "cht" a château.
"""


def _pairs(text: str) -> dict[str, str]:
    """``long: short short`` on each line -> short -> long."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    return {short: long.strip() for long, _, shorts in lines for short in shorts.split()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Abbreviation of a kind of way -> the word itself.
WAY_ABBREVIATIONS = _pairs("""
    allee: all al allees
    avenue: av ave aven
    boulevard: bd bld blvd boul bvd bvrd
    carrefour: car carr
    chateau: cht chat
    chaussee: chs
    chemin: ch che chem chm
    cite: cte
    cours: crs
    domaine: dom
    esplanade: esp espl
    faubourg: fg fbg
    hameau: ham
    impasse: imp
    lotissement: lot lotiss
    montee: mte
    passage: pas pass psg
    place: pl plc
    promenade: prom
    quai: qu
    quartier: qua qrt quart
    residence: res resid
    rondpoint: rpt rdpt
    route: rte rt
    rue: r
    ruelle: rle rlle ruel
    sentier: sen sent
    square: sq
    traverse: tra trav
    venelle: ven
    villa: vla
""")

#: Words that say what kind of way or locality a name is of.
WAY_WORDS = frozenset(WAY_ABBREVIATIONS.values()) | _words(
    """clos cote cour digue galerie hlm mail parvis pont port porte rocade sente terrasse
    voie za zac zi zone"""
)

#: Kinds of way that open a street name wherever they stand in a line; the others ("port",
#: "cour", "residence") are as often a part of a name.
CLEAR_WAY_WORDS = _words(
    """allee avenue boulevard carrefour chaussee chemin cours esplanade faubourg impasse mail
    montee parvis passage place promenade quai rocade rondpoint route rue ruelle sente
    sentier square traverse venelle"""
)

#: Words that may stand before a kind of way and are a part of the name, in one form.
BEFORE_A_WAY = _pairs("""
    grande: grande grand gr gd gde
    petite: petite petit ptte
    vieille: vieille vieux vx
    ancienne: ancienne ancien
    nouvelle: nouvelle nouveau
    haute: haute haut
    basse: basse bas
""")

#: Abbreviation -> the word, in the name itself.
NAME_ABBREVIATIONS = _pairs("""
    adjudant: adj adjt
    amiral: amal
    capitaine: cne
    chapelle: chap
    colonel: col cel
    commandant: cdt cmdt
    docteur: dr doct
    ecole: ecl
    eglise: egl
    faubourg: fbg fg
    frere: fr
    freres: frs
    general: gal gen gl
    grand: gd
    grande: gde gr
    grands: gds
    haut: ht
    haute: hte
    hotel: htl
    liberation: lib
    lieutenant: lt ltn
    madame: mme
    marechal: mal mar mchal marech
    monseigneur: mgr
    monsieur: mr
    notre dame: nd
    petit: pt
    petite: ptte
    porte: pte
    president: pdt
    professeur: pr prof
    regiment: regt rgt
    republique: rep republ
    saint: st
    sainte: ste
    saintes: stes
    saints: sts
    sergent: sgt
    veuve: vve
    vieux: vx
""")

#: Numbers in letters -> in figures: « rue du Onze Novembre » is « rue du 11 Novembre ».
NUMBERS = _pairs("""
    1: premier 1er 1ere premiere ier
    2: deux deuxieme seconde 2nd 2nde
    3: trois troisieme
    4: quatre quatrieme
    5: cinq cinquieme
    6: six
    7: sept
    8: huit
    9: neuf
    10: dix
    11: onze
    12: douze
    13: treize
    14: quatorze
    15: quinze
    16: seize
    17: dixsept
    18: dixhuit
    19: dixneuf
    20: vingt
    30: trente
    100: cent
""")

#: Words that are swapped, added and dropped at will: they never tell two streets apart.
SMALL_WORDS = _words("a au aux d de des du en et l la le les un une")

#: Repetition of a house number -> its first letter, as the reference and people write it.
REPETITIONS = {"bis": "b", "ter": "t", "quater": "q", "quinquies": "c"}

"""Does an e-mail address carry a person's name?

Open data drops such addresses by default (GDPR; CNIL's guide to the reuse of public data)
and keeps generic ones. There is no list of every surname, so the judgement goes by shape
(``prenom.nom``, ``p.nom``), by first names, and by words that only an organisation uses.
On doubt two words joined by a dot are a person: a lost generic address costs less than a
published personal one.
"""

import re
from functools import cache

from opendata.schema import fold


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


#: Words of organisations: any of them in the local part makes the address generic.
GENERIC_WORDS = _words(
    """
    abonnement abonnements acceuil action adherent adherents admin administration admr afad
    afr agence agglo aide ami amis anim annexe antenne appui asae asso atelier ateliers base
    bdp bib bibli biblio bij bm bonjour boutique bureau bus business cada cafe campus cap
    casvp cbe cc cca cci cdc cfa cias cij cite citoyen citoyennete clic club cn cnfs college
    com comite commun communaute commune communes communication compta comptabilite conseil
    contat coordinateur coordination coordo courrier cpi crij cs csc csi culture culturel
    departement dev developpement domaine ece eco ecole ecoute editions eds education efs
    eleves elus emploi emplois entraide entreprise entreprises epe epi epn epnum equipe esc
    esp ess etablissement etudes evs fab fablab fabrique ferme fjt fol formation formations
    foyer france fs general generale gestion gites greta groupe guichet hall hello hotel hub
    hubs ijc inclusion inscription inscriptions insertion inter interco interim internet
    itinerant jeunes jeunesse job justice kiosque lab labo lecteurs lecture lien lieu lieux
    ligue livre local locale loisirs ludo lycee mairie maison maisons marie mda mdj mdl mdq
    mdr mds mecs mediation mfs milo mission mjc ml mpt msa msap msp multi municipale musee
    ndf num numerique office ot paje palais pao parc participation patrimoine pays pepiniere
    permanence pi pij pimms plateau plateforme point points pole poles poste prefecture
    presidence president presse prevention pro projet projets pros public quartier radio
    recrutement recyclerie referent regie relais rers reseau reservation residence ressource
    ressources rh rie rij rsa rsp sante scop sec secours secteur senior seniors service
    services siege social sociale solidaire solidarite solidarites sport stage support
    syndicat tech territoire territoires tiers tierslieu tourisme travail udaf udtl union
    unique universite usagers utas vie village ville villes web webmaster www
    """
) - {"marie"}  # so often a misspelt "mairie", but a first name

#: Beginnings that no surname shares: ``bibliothequedubourg``, ``msapdulac``.
_GENERIC_STEM = re.compile(
    r"accueil|administr|animat|associat|ateliers?num|bib(?:l|mun)|bilb|campus|ccas|centre|cidff|csoc"
    r"|collectif|communaut|conseil|contact|coordin|cowork|cyber|direct|espace|esapce|famille"
    r"|foyer|fran(?:ce|ces)ser|guichet|inclusion|info|informati|maison(?:de|fr|s)|mairie"
    r"|mdph|media(?:t|th|num)|mission|mlhg|msap|multimed|numeri|permanenc|pimms|pointinfo|pole(?:em|s)"
    r"|relais|reseau|ressourc|secretar|service|solidar|tierslieu|urbanis|ville(?:de)"
)
#: Words so long that they are in no surname: « cnumerique15 », « lamediatheque ».
_GENERIC_INSIDE = re.compile(r"numeri(?:que|c)|mediath|biblioth|informati(?:que|on)|communaute")
_ARTICLES = _words("a au aux d de des du en et l la le les lez sous sur")
_PLACE_MARKS = _words("saint sainte saints st ste sts")
_COMPOSED_INITIALS = _words("ch fx jb jc jd jf jg jj jl jm jp js jy mc mf mj mp ph pj")
#: Local parts here are places by the rule of the network that gives the addresses out.
_PLACE_DOMAINS = ("france-services.gouv.fr",)

#: Common first names (INSEE, "Fichier des prénoms"), without those that are also words.
FIRST_NAMES = _words(
    """
    abdel abdelkader adam adele adeline adrien agathe agnes ahmed aicha aissa alain alan alban
    albert alex alexandra alexandre alexia alexis alfred alice alicia aline alison alix alphonse
    amandine amelie amina amine anais andre andrea andree angela angelique anita ann anna anne
    annick annie anthony antoine antonin antonio arlette armand armelle arnaud arthur assia
    astrid aude audrey aurelia aurelie aurelien aurore axel axelle aymeric baptiste barbara
    bastien beatrice benedicte benjamin benoit bernadette bernard berthe bertrand boris brahim
    brice brigitte bruno camille carine carl carla carole caroline catherine cathy cecile
    cecilia cedric celia celine chantal charlene charles charline charlotte chloe christel
    christele christelle christian christiane christine christophe cindy clara clarisse claude
    claudette claudia claudie claudine clemence clement clementine clothilde colette coline
    constance coralie corentin corentine corinne cynthia cyril cyrille dalila damien daniel
    daniela daniele danielle david deborah delphine denis denise diane didier dimitri djamila
    dominique donovan dorian dorothee dylan edith edouard eliane elie elisa elisabeth elise
    elodie eloise elsa emeline emeric emile emilie emma emmanuel emmanuelle enzo eric erica
    erika ernest erwan estelle esther etienne eugene eva evelyne fabien fabienne fabrice fanny
    farid fatiha fatima fatou felix fernand florence florent florian florine francis franck
    francois francoise frank fred frederic frederique gabriel gabrielle gael gaelle gaetan
    gaspard gauthier genevieve geoffrey georges gerald geraldine gerard germain ghislain
    ghislaine gilbert gilles gisele giselle gladys gregory guillaume guy gwenael gwenaelle
    gwendoline hakim hamid hassan helene henri herve hubert hugo hugues ibrahim ines ingrid
    irene isabelle ismael jacky jacqueline jacques james jamila jean jeanne jeannine jennifer
    jeremie jeremy jerome jessica joachim joan joanna joanne jocelyn jocelyne joel joelle
    joffrey johan johann johanna john jonathan jordan joseph josette josiane josselin judith
    jules julia julie julien juliette justin justine karen karim karima karine katia kelly kevin
    khadija khalid laetitia lara laura laure laurence laurene laurent laurie lea leila lena leo
    leon leonie leslie lilian liliane lily lina linda lionel lisa lise loic lola lou louis
    louise loup luc lucas lucette lucie lucien lucienne lucile lucille ludivine ludovic lydia
    lydie madeleine mael maelle magali magalie mahamadou malika mallory manon manuel manuela
    marc marcel marcelle margaux margot marguerite maria mariam mariane marianne marie marielle
    marina marine mario marion marjolaine marjorie marlene martial martin martine mathias
    mathieu mathilde matthias matthieu maud maude maureen maurice max maxence maxime mehdi
    melanie melina melissa melodie mercedes michael michel michele micheline michelle mickael
    mikael mireille mohamed mohammed monique morgan morgane mounir mourad muriel murielle
    mustapha mylene myriam nabil nadege nadia nadine nadja naima natacha nathalie nathan nelly
    nicolas nicole nina noel noelle noemie nora norbert nordine odette odile olga olivia olivier
    ophelie orlane oscar pascal pascale patrice patricia patrick paul paula pauline perrine
    philippe pierre pierrick priscilla quentin rachel rachid rachida raphael raphaelle raymond
    rebecca regine regis remi remy renaud rene renee richard robert robin rodolphe rodrigue
    roger roland romain romane romuald ronan rosalie rose roxane sabine sabrina said salim
    salima salome samia samir samira samuel sandra sandrine sandy sara sarah sebastien segolene
    serge severine sibylle sidonie simon simone sofia solange solene sonia sophie soraya souad
    stanislas stephan stephane stephanie steve steven suzanne sylvain sylvaine sylvette sylvia
    sylviane sylvie tanguy tania tatiana thibault thibaut thierry thomas tiffany timothee tom
    tony tristan ugo ulysse valentin valentine valerie vanessa veronique victor victoria vincent
    violaine violette virginie viviane wendy wilfried william xavier yacine yael yann yannick
    yasmina yasmine yoann yohan yohann yolande youssef yvan yves yvette yvon yvonne zoe zohra
    """
)
#: Common surnames (INSEE, "Fichier des noms"), without those that are also words of places
#: or of organisations: they recognise an initial glued to a name, ``jdurand``.
SURNAMES = _words(
    """
    adam andre antoine arnaud aubert aubry auger bailly barbier baron barre baudry bazin
    becker benard benoit berger bernard berthelot bertin bertrand besnard besson blanc
    blanchard blanchet blin blondel bodin bonnet boucher bouchet boulanger boulay bourgeois
    boutin bouvier boyer breton briand briere brun bruneau brunet buisson camus carlier
    caron carpentier carre carriere charles charpentier chartier chauvin chevalier
    chevallier clement cohen colin collet collin cordier coulon cousin cousseau daniel david
    delahaye delattre delaunay delmas denis descamps deschamps devaux diallo didier dubois
    dufour duhamel dumas dumont dupond dupont dupuis dupuy durand duval etienne evrard fabre
    faure fernandez ferrand ferreira ferry fischer fleury fontaine foucher fournier francois
    gaillard garcia garnier gaudin gauthier gautier gay georges gerard germain gicquel
    gilbert gillet girard giraud godard gomez gonzalez gosselin grenier grondin gros guerin
    guibert guichard guillaume guillemin guillet guillot guillou guyot hamon hardy hebert
    henry hernandez herve hoarau hubert huet humbert jacob jacques jacquet jacquot jamet
    jean joly jourdan julien klein lacombe lacroix laine lambert lamy langlois laporte
    laurent leblanc lebon lebreton lebrun leclerc leclercq lecomte leconte leduc lefebvre
    lefevre lefort lefranc legall legendre leger legoff legrand legros lejeune lelievre
    lelong lemaire lemaitre lemoine leroux leroy lesage leveque lopes lopez louis lucas mace
    maillard maillot mallet marchal marchand marechal marie marin marion martel martin
    martinez marty mary mas masson mathieu maurice maury menard mercier merle meunier meyer
    michaud michel michon millet monier monnier moreau morel morin morvan moulin muller
    navarro neveu nguyen nicolas noel olivier pages paris pascal pasquier paul payet
    pelletier peltier pereira perez perrault perret perrier perrin perrot petit petitjean
    philippe picard pichon pierre pineau piquet poirier pons pottier poulain prevost prigent
    pruvost ramos raymond raynaud regnier remy renard renaud renault rey reynaud richard
    rigaud riviere robert robin roche rocher rodriguez roger rolland rossi rousseau roussel
    rousset roux royer salmon samson sanchez sauvage schmitt schneider seguin simon tanguy
    techer teixeira tessier texier thibaud thibault thomas tournier toussaint traore turpin
    vaillant valentin vallet vasseur verdier vidal vincent voisin wagner weber weiss
    """
) - {"baron", "breton", "paris", "moulin", "riviere", "roche", "blanc", "fontaine"}
#: Mailboxes of persons: an address there is a person's unless its words say a place.
_WEBMAIL = frozenset(
    (
        "gmail.com", "orange.fr", "wanadoo.fr", "free.fr", "hotmail.fr", "hotmail.com", "live.fr",
        "outlook.fr", "outlook.com", "yahoo.fr", "yahoo.com", "laposte.net", "sfr.fr", "icloud.com",
        "neuf.fr", "bbox.fr", "aol.com",
    )
)  # fmt: skip
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MOBILE = re.compile(r"(?:(?:\+|00)33[ .]?(?:\(0\))?|\b0)[ .]?[67](?:[ .-]?\d\d){4}\b")
_SURNAME = r" +(?:[A-ZÀ-Ý][\w'’-]+ +){0,2}[A-ZÀ-Ý][\w'’-]{2,}"
_CIVILITY = re.compile(rf"\b(?:Mme|Mlle|Madame|Mademoiselle|M\.|Mr\.?|Monsieur){_SURNAME}")
#: In the name of a place: « Résidence Monsieur Vincent » honours someone, « M. Vincent » is him.
_SHORT_CIVILITY = re.compile(rf"\b(?:Mme|Mlle|M\.|Mr\.?){_SURNAME}")
#: A person in the register of companies: surname, used name, first names.
_SOLE_TRADER = re.compile(r"[A-ZÀ-Ý' -]+\*[A-ZÀ-Ý' -]*/[A-ZÀ-Ý' -]+/?\s*")
#: Two consonants that begin no French word, then a vowel: an initial before a name.
_ODD_ONSET = re.compile(
    r"(?!(?:[bcfgkpv][lr]|[dt]r|[cpstw]h|s[cfklmnpqtvw]|ps|pn|gn|mn|kn|ts|dj|gh|rh|kh|sch)[a-z])"
    r"[b-df-hj-np-tv-z]{2}[aeiouy]"
)
#: Acronyms that stand before the name of a quarter or a town: Mission locale, Maison de
#: quartier, France services, centre social, espace jeunes…
_ACRONYMS = (
    "cc",
    "cd",
    "cs",
    "fj",
    "fs",
    "lg",
    "md",
    "mf",
    "mj",
    "ml",
    "mp",
    "mq",
    "ms",
    "pl",
    "sm",
)
#: Letters that may be left of a token when the words of the place are taken out of it.
_LONGEST_REST = 3
_TRAILING_DIGITS = re.compile(r"[0-9]+$")


def is_nominative(email: str, words: frozenset[str] = frozenset()) -> bool:
    """Whether the local part of ``email`` looks like a person's name.

    ``words`` are the folded words of the place's name and commune: ``madeleine@…`` is the
    Madeleine centre there, a person elsewhere. Any string is accepted.
    """
    local, _, domain = email.strip().lower().rpartition("@")
    if not local or domain.endswith(_PLACE_DOMAINS):
        return False
    tokens = _tokens(local)
    if _is_initial_and_name(tokens, local, words):
        return True
    if domain in _WEBMAIL and len(tokens) == 2 and tokens[0] in FIRST_NAMES - words:
        # « sylvie.csc@gmail.com »: a person says where she works.
        return True
    if any(_is_generic(token) for token in tokens):
        return False
    if tokens and tokens[0] not in FIRST_NAMES and not _PLACE_MARKS.isdisjoint(tokens):
        return False
    if domain in _WEBMAIL and not any(_is_made_of(token, words) for token in tokens):
        return True
    content = [token for token in tokens if token not in _ARTICLES]
    unexplained = [token for token in content if not _is_made_of(token, words)]
    if not unexplained:
        return False
    if len(content) == 1:
        return _is_name_alone(content[0], words)
    return _is_full_name(content, unexplained, local)


def without_persons(text: str) -> str:
    """A text without the names after a civility, nominative addresses and mobile numbers.

    What goes is shown by "[…]", so that a reader sees that the sentence is not whole.
    """
    text = _EMAIL.sub(lambda found: "[…]" if is_nominative(found[0]) else found[0], text)
    return _CIVILITY.sub("[…]", _MOBILE.sub("[…]", text))


def without_person_in_name(name: str) -> str:
    """The name of a place without the name of a living person: « Domicile de […] »."""
    return _SHORT_CIVILITY.sub("[…]", name)


def without_person_who_owns(name: str) -> str:
    """The name of the body behind a place, "" when it is a person who trades in their own name.

    The register of companies writes them ``DURAND*/NATHALIE /``, files « Mme Nathalie Durand ».
    """
    return "" if _SOLE_TRADER.fullmatch(name) else without_person_in_name(name)


def for_anyone(text: str) -> str:
    """A text fit for a page anyone can read: no contact and no name after a civility."""
    return _CIVILITY.sub("•••", without_contacts(text))


def without_contacts(text: str) -> str:
    """A text in which no address and no telephone number can be read any more."""
    return re.sub(r"(?<!\d)(?:\+\d{2}|0)(?:[ .-]?\d){9}(?!\d)", "•••", _EMAIL.sub("•••", text))


def _tokens(local: str) -> list[str]:
    """The words of a local part, folded, without the digits at their ends."""
    parts = (fold(part) for part in re.split(r"[^\w]|_", local))
    return [token for part in parts for token in [_TRAILING_DIGITS.sub("", part)] if token]


def _is_made_of(token: str, words: frozenset[str]) -> bool:
    """Whether a token is a word of the place, or several of them glued together."""
    if token in words:
        return True
    rest = token
    for word in sorted(words - _ARTICLES, key=len, reverse=True):
        rest = rest.replace(word, " ") if len(word) > _LONGEST_REST else rest
    left = rest.replace(" ", "")
    return rest != token and len(left) <= _LONGEST_REST and left not in FIRST_NAMES


@cache
def _is_generic(token: str) -> bool:
    """A word of organisations, or an acronym: no vowel (``csc``) or a digit (``c3rb``)."""
    if token in GENERIC_WORDS or token.removesuffix("s") in GENERIC_WORDS:
        return True
    if _GENERIC_STEM.match(token) or _GENERIC_INSIDE.search(token):
        return True
    acronym = len(token) > 1 and not re.search("[aeiouy]", token)
    known = token in _COMPOSED_INITIALS or token in _PLACE_MARKS
    return (acronym and not known) or any(map(str.isdigit, token))


def _is_initial_and_name(tokens: list[str], local: str, words: frozenset[str]) -> bool:
    """``p.nom``, ``jp-nom`` or ``nom.p``, whatever follows (``p-nom-mairie``)."""
    if len(tokens) not in (2, 3):
        return False
    first, second = tokens[:2]
    if not (_is_initial(first) or (len(tokens) == 2 and _is_initial(second))):
        return False
    # An elided article, ``l-elan``, or a letter in the name of a programme, ``e-inclusion``.
    if first in ("l", "d", "e") and local[1:2] != ".":
        return False
    name = second if _is_initial(first) else first
    return len(name) > 2 and name not in words and not _is_generic(name)


def _is_initial(token: str) -> bool:
    return (len(token) == 1 and token.isalpha()) or token in _COMPOSED_INITIALS


def _is_name_alone(token: str, words: frozenset[str]) -> bool:
    """A first name alone, or a long one with a surname glued to it (``juliedurand``)."""
    if token in words:
        return False
    if token in FIRST_NAMES or _is_glued_initial(token, words):
        return True
    return any(
        token[:size] in FIRST_NAMES and not _is_generic(token[size:]) and token[size:] not in words
        for size in range(5, len(token) - 3)
    )


def _is_glued_initial(token: str, words: frozenset[str]) -> bool:
    """``jdurand``, ``jpdurand``, ``durandj``: one or two initials and a surname.

    A surname that is not a common one is told by its beginning: no French word starts like
    ``pb`` or ``vd``, but acronyms do, and a word of the place behind them explains them.
    """
    if _odd_onset(token) and not any(word in token for word in words if len(word) > 3):
        return True
    parts = [(token[:1], token[1:]), (token[-1:], token[:-1])]
    if token[:2] in _COMPOSED_INITIALS:
        parts.append((token[:2], token[2:]))
    return any(
        name in SURNAMES and len(name) > 3 and name not in words
        for initial, name in parts
        if initial.isalpha()
    )


@cache
def _odd_onset(token: str) -> bool:
    if not 6 <= len(token) <= 12 or token.startswith(_ACRONYMS) or _is_generic(token[1:]):
        return False
    return bool(_ODD_ONSET.match(token))


def _is_full_name(content: list[str], unexplained: list[str], local: str) -> bool:
    """Two or three words, one of them a first name; or two plain words around one dot."""
    if any(token in FIRST_NAMES for token in content):
        # Even when the commune is Saint-Laurent, "laurent.durand" leaves "durand" unexplained.
        return True
    return local.count(".") == 1 and len(unexplained) == len(content) and "_" not in local

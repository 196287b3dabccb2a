"""Letters that a wrong conversion destroyed, put back where only one word is possible.

Three accidents, each recognisable inside a word only:

- a letter replaced by ``?`` or U+FFFD (``FRAN?OIS``): found again when one known word, and
  only one, has an accented letter at each of the holes;
- ``{`` and ``}`` for ``é`` and ``è``: the French seven-bit character set (ISO 646-FR);
- frames and Greek letters for accented capitals (``CH╢TEAU``): code page 850 read as 437.

A line written in capitals without an accent gets capitals without an accent, as the postal
norm (NF Z 10-011) writes them.
"""

import re
import unicodedata
from functools import cache

HOLE = "\ufffd"

#: Accented words of names, addresses and descriptions of places; the names of communes and
#: their words come on top of these.
_WORDS = """
abîme accessibilité accompagné accompagnée accompagnées accompagnés accès activité activités
adhérent adhérente adhérents administré adèle agglomération agglomérations agnès agréé agréée
aimée alençon allée allées amélie aménagé américain andré andrée angoulême angèle année années
août aperçu après ardèche arrière arrêt arrêts arène arènes associé associés athènes auprès
aurélie aurélien aurélienne aéré aérée aîné aînés baptême barrière barrières barthélemy
barthélémy beauté bergère besançon bibliothèque bibliothèques bientôt blé blériot boîte boîtes
bâti bâtie bâtiment bâtiments béatrice bénédicte bénéficiaire bénéficiaires bénéficient
bénéficier bénévolat bénévole bénévoles béranger bérégovoy béziers bêtes café cafés canebière
carrière carrières carré carrés chambéry chaudière chloé châtaignier châtaigniers château
châteaux chênaie chêne chênes chômage chômeurs cimetière cinquième cinéma cité cités cloître clé
clément clés collectivité collectivités collège collèges collégien collégiens comité comités
commerçant commerçants communauté communautés complémentaire compétence compétences comédie
conférence conférences connaître connecté connectée connectés contrôle contrôlé coopération
coopérative corrèze coût coûts crèche créateur créateurs créatif création créations crédit
crédits créteil créé créée créées crête crêtes cybercafé cyprès câble câblé cécile célestin
célia céline césaire côte côtes côté côtés cœur danièle dernière desprès dessinée destiné
destinée destinés deuxième différent diplôme diplômes diplômé dixième diététique données drôle
drôme dès début débutant débutants décembre décoration découpe découpeuse découverte découvertes
découvrir décès dédié dédiée dédiées dédiés défavorisés défense défi défis dégagée dégradée
déjeuner déjà délai délais délivrance délégation délégué déléguée démarche démarches
dématérialisation dématérialisée dématérialisées démocratie démontage dépannage département
départemental départementale départementales déplacement déplacements dépliant député dépôt
dépôts dérangement dés désiré désormais détail détails détente déterminé développement
développeur développeurs dévoué dîner dôme eboué employé endommagé enquête enregistré entière
entraînement entrée entrées espérance espérer exposé expérience extrême exécution familière
fantôme façade façon façons fermé fermée fidèle fidélité figuière financière finistère fièvre
formalités forêt forêts français française françaises françois françoise fraternité fraîche
frères frédéric fréjus fréquence fédérale fédératif fédération fée félix féminin férié fériés
février fête fêtes galère galères garçon garçons gaël gaëlle gaîté glaçon goût grâce grève
grégoire grégory guéret guérin guérisseurs gâteau génie généalogie général générale génération
généraux géographique géométrie gérard gérer gîte gîtes habitué handicapé handicapés hervé
honnête hospitalière huitième humanité hébergement hébergé hélène hémicycle hérault hérisson
héron héros héroïne hôpital hôpitaux hôte hôtel hôtelière hôtels hôtes identité idée idées
immatérielle immobilière immédiat imprimé impôt impôts indépendance indépendant infirmière
informé inférieur ingénierie initié initiée inséré intercommunalité intégration intégrer intégré
intégrée intéressé intéressés intérieur intérieure intérim intérêt intérêts irénée israël isère
itinérance itinérant itinérante itinérants jaurès joséphine journée journées jouët joël jérémie
jérémy jérôme jésus kléber lavandière lavandières leçon leçons liberté libérale libérateurs
libération libéré limité limitée limités lié liée liés localité localités loué louée lozère
ludothèque ludothèques lumière lumières lycée lycées léa légal légale léger légers légion
législation légumes léna léo léon léonard léonie léopold lézard lézards majorité manière marché
marchés maréchal mathématique matière matières matériel maçon maçons maëlle maître maîtres
maîtrise maïté michèle mickaël minéral minéraux mobilité modèle modélisation modéré molière
montgolfière montée montées montélimar mosaïque multimédia municipalité municipalités musée
musées mutualité mère mères mètre mètres mécanique mécénat médaille médecin médecins média
médias médiateur médiathèque médiathèques médiathécaire médiation médiatrice médical médicale
médicaux médico méditerranée méditerranéen méditerranéenne médiéval mélange mélanie mémoire
mémorial ménage ménages ménagère mérite métallurgie méthode méthodes métier métiers métro
métropole métropolitain métropolitaine mêlée même mêmes mûrier mûriers mûrs napoléon naître
neuvième nièvre noël nuitée numérique numériques numéro nécessaire nécessaires nécessité née
négociants négociation nénuphar nénuphars névé nîmes nœud obligé océan océane odyssée opéra
opérateur opérateurs opération opérations organisé organisée organisées orléanais orléans
ouvrière ouvrières ouvré palissé paraître parité particularité particulière passé passée payé
pensée pensées phénomène pièce pièces piéton piétons planté planète plutôt plénière poincaré
possibilité possibilités possédant poussière première priorité privé privée prière problème
problèmes procédure procédures procédé proposé proposée proposées proposés propriété protégé
proximité près préalable préalables préau précarité précis précise préfecture préférence prénom
prénoms préparation préparer prés présence présentation présente présentes présentiel présents
préservation président présidente prévention prévert prévost prévu prévue prévus prévôté prêt
prête publicité publiée pâté père pères pédagogie pédagogique pédagogiques pédestre péguy pénal
pénible pénitents pépinière pépite pérenne péri périgord périgueux période périodes périphérie
périscolaire périscolaires pérou pêche pêchers pêcheur pêcheurs pôle pôles qualifié qualifiés
qualité qualités quatrième raphaël raphaëlle rapidité recherché relève renommé rené renée
reporté représentant représentants requête respecté responsabilité retraité retraités reçu reçue
rhône rivière rivières rosière règle règlement règles réalisation réaliser réalisé réalisée
réalité récent récente réception réduire réduit réduite réfugié réfugiés référence référent
référente référents régie régime régiment région régional régionale réglementation réglé
régulier régulière régulièrement réinsertion rémi rémunéré rémy rénové rénovée réparation
réparations répertoire répondre réponse réponses république réseau réseaux réservation réserve
réserver réservé réservée réservés résidence résidences résident résidents résistance résolution
résoudre résultat résultats rétention réunion réunions réussir réussite révisé révolution
rééducation rêve rêves rôle rôles sablière salarié salariés santé saône schœlcher scolarité
scène scènes septième simplifiée situé située situés sixième société soirée soirées solidarité
solidarités solène spécial spéciale spécialiste spécialistes spécialisé spécialisée spécialisés
spécialité spécifique spécifiques stratégie stratégique stéphane stéphanie succès suprême
supérieur supérieure sylvère synthèse système séance séances sébastien sécuriser sécurisé
sécurité séjour séjours sélection sélectionné sélestat séminaire séminaires sénateur sénior
séniors sénégal séparé série séries sérieux sérénité séverine sévigné sévère sûr sûreté sœur
sœurs tanière tempête thématique thématiques théodore thérèse théâtre théâtres tiré traité
traçabilité traçage troisième très tréfilerie trésor trésorerie trésors tuilière tâche tâches
tènement télé télécentre téléchargement télécharger télégraphe téléphone téléphones téléphonie
téléphonique téléprocédures télétravail télétravailleurs télévision térésa tôlerie tôt unité
unités université universités utilisé utilisée vallée vallées valérie variété variétés vendée
verdière verrière verrières vidéo vidéoprojecteur vidéoprojecteurs vidéos vidéothèque volonté
végétal véhicule vélo vénissieux vérification vérifier vérité véronique vétérinaire vétérinaires
vêtement vêtements vœux zoé zénith zéro âge âgé âgée âgées âgés ébène éclairage éclusier école
écoles écologie écologique économie économique écoute écouter écran écrans écrire écrit écrits
écriture écrivain écrivains écureuil écureuils éditeur édith édition éditions éducatif éducation
éducative également égalitaire égalité église électricité électronique éliane élisabeth élodie
éloigné éloignés éloïse élu éluard élus élysée élève élèves élémentaire émeline émile émilie
émission émotion énergie énergies énergétique énumérées éolienne épi épicerie épinay épreuve
équestre équilibre équipe équipement équipements équipes équipé équipée érable éric érigné
établissement établissements étage étages étang étangs étant état étienne étoile étoiles étoilé
étrangers étude études étudiante étudiants été éviter évolution évreux évry événement
événementiel événementielle événementiels événements évêché évêque évêques être île îles îlot
œuvre œuvres
"""
# Lost accents only: "?" may also stand for a dash or an apostrophe.
_ACCENTED = re.compile("[à-öø-ÿœ]")
_HOLED = re.compile(rf"[^\W\d_]*(?:{HOLE}[^\W\d_]*)+")
_QUESTIONED = re.compile(r"[^\W\d_]+(?:\?[^\W\d_]+)+")
_ELISION = re.compile(
    rf"(?<![^\W\d_])(qu|[ld]){HOLE}((?=[aeiouyhàâéèêëîïôû]|{HOLE}[a-z])[^\W\d_{HOLE}]*(?:{HOLE}[^\W\d_]*)*)",
    re.I,
)
#: A hole between spaces is a dash as often as "à": these words only follow the latter.
_TO = re.compile(
    rf"(?<!\S){HOLE}(?=\s(?:la|l['’]|l{HOLE}|un|une|votre|vos|tous|toutes|domicile|distance|partir"
    r"|proximité|disposition|venir|faire|vendre|louer|jour|destination|travers|côté)\b)",
    re.I,
)
_ISO_646 = re.compile(r"(?<=[^\W\d_])[{}](?=[^\W\d_])")
_BRACES = {"{": "é", "}": "è"}
#: Characters of code page 437 at the places where code page 850 has accented capitals.
_FRAMES = dict(zip("╡╢╖╥╙╘╓╫╪ΓΘΩ", "ÁÂÀÊËÈÍÎÏÔÚÛ", strict=True))
_FRAME = re.compile(rf"(?<=[A-ZÀ-Ý])[{''.join(_FRAMES)}]|[{''.join(_FRAMES)}](?=[A-ZÀ-Ý])")


def restore(text: str) -> str:
    """``text`` with the letters that can be told put back; the others stay as they are."""
    if not any(sign in text for sign in (HOLE, "?", "{", "}")) and not _FRAME.search(text):
        return text
    bare = text.isupper() and not re.search("[À-Ÿ]", text)
    text = _FRAME.sub(lambda found: _FRAMES[found[0]], text)
    text = _ISO_646.sub(lambda found: _cased(_BRACES[found[0]], found.string, found, bare), text)
    text = _TO.sub("à", _HOLED.sub(lambda found: _word(found[0], bare), text))
    text = _ELISION.sub(lambda found: _elided(found, bare), text)
    return _QUESTIONED.sub(lambda found: _word(found[0].replace("?", HOLE), bare, found[0]), text)


def is_damaged(text: str) -> bool:
    """Whether letters of ``text`` are still lost."""
    return HOLE in text


def _word(holed: str, bare: bool, otherwise: str = "") -> str:
    """The one known word that fits; ``otherwise`` (by default the holed word) when none does."""
    known = _known().get(holed.lower(), "")
    if not known:
        return otherwise or holed
    letters = [
        restored if sign == HOLE else sign for sign, restored in zip(holed, known, strict=True)
    ]
    word = "".join(letters)
    if holed.replace(HOLE, "").isupper():
        word = word.upper()
    return without_accents(word) if bare else word


def _elided(found: "re.Match[str]", bare: bool) -> str:
    """``l�hotel`` with its apostrophe; a short word may as well have lost an accent."""
    told = len(found[2]) > 3 or found[2].istitle()
    return f"{found[1]}'{_word(found[2], bare)}" if told else found[0]


def _cased(letter: str, text: str, found: "re.Match[str]", bare: bool) -> str:
    if text[found.start() - 1].isupper():
        letter = letter.upper()
    return without_accents(letter) if bare else letter


def without_accents(text: str) -> str:
    """``text`` with every letter stripped of its accent."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


@cache
def _known() -> dict[str, str]:
    """A word with holes -> the one word it can be; words that share their holes are left out."""
    words = {*_WORDS.split(), *_words_of_communes()}
    by_holes: dict[str, set[str]] = {}
    for word in words:
        holed = _ACCENTED.sub(HOLE, word)
        if holed != word:
            by_holes.setdefault(holed, set()).add(word)
    return {holed: fits.pop() for holed, fits in by_holes.items() if len(fits) == 1}


def _words_of_communes() -> set[str]:
    import pandas as pd

    from opendata.paths import embedded_communes

    try:
        names = pd.read_parquet(embedded_communes(), columns=["nom"])["nom"]
    except (OSError, ValueError, KeyError):
        # The words above are enough to go on; the reference is judged where it is needed.
        return set()
    return set(re.findall(r"[^\W\d_]{3,}", " ".join(names).lower()))

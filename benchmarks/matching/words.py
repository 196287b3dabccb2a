"""What made-up places are named after; written for these worlds alone, shared with no matcher."""


def _several(joined: str) -> list[str]:
    return joined.split("|")


PEOPLE = _several(
    "Jean Moulin|Simone Veil|Louise Michel|Marie Curie|Jules Ferry|Victor Hugo|Jacques Prévert|"
    "George Sand|Albert Camus|Aimé Césaire|Rosa Parks|Nelson Mandela|Olympe de Gouges|Colette|"
    "Émile Zola|Marguerite Yourcenar|Antoine de Saint-Exupéry|Jean Jaurès|Pablo Neruda|"
    "Françoise Sagan|Germaine Tillion|Boris Vian|Georges Brassens|Lucie Aubrac|Jean Macé|"
    "Anatole France|Marcel Pagnol|René Char|Frida Kahlo|Toussaint Louverture|Édith Piaf|"
    "Pierre Mendès France|Hubert Reeves|Joséphine Baker|Marguerite Duras|Paul Éluard|"
    "Louis Aragon|Elsa Triolet|Jean Giono|Camille Claudel|Alexandra David-Néel|Théodore Monod|"
    "Irène Joliot-Curie|Denis Diderot|Voltaire|Jean-Jacques Rousseau|Philippe Léotard|"
    "François Truffaut|Agnès Varda|Jean Vilar|Gérard Philipe|André Malraux|Romain Gary|"
    "Nathalie Sarraute|Andrée Chedid|Léopold Sédar Senghor|Frantz Fanon|Gisèle Halimi"
)
FIRST_NAMES = _several(
    "Jean|Pierre|Marie|Louise|Jeanne|André|Henri|Paul|Simone|Lucien|Marcel|Yvonne|Georges|Suzanne|"
    "Robert|Germaine|René|Marguerite|Charles|Madeleine|Louis|Hélène|Émile|Berthe|Gaston|Alice|"
    "Fernand|Juliette|Albert|Rose|Eugène|Lucie|Léon|Cécile|Maurice|Claire|Raymond|Anne|Édouard|"
    "Thérèse|Gabriel|Renée|Victor|Irène|Auguste|Odette|Étienne|Solange|François|Denise"
)
LAST_NAMES = _several(
    "Aubry|Bardin|Carel|Daumont|Esnault|Fauvel|Garnier|Hamelin|Imbert|Jolivet|Kerbrat|Lambert|"
    "Maillard|Nivelle|Ollivier|Perrin|Quentin|Rolland|Sabatier|Tessier|Urvoy|Vasseur|Weber|"
    "Yvert|Barbier|Chauvin|Delorme|Ferrand|Gauthier|Hubert|Lacroix|Marchal|Noël|Pichon|Renaud|"
    "Simon|Thibault|Vidal|Arnaud|Bonnet|Clément|Dubreuil|Fabre|Guérin|Langlois|Mercier|Poirier|"
    "Roche|Seguin|Toussaint|Vallet|Bouvier|Courtois|Deschamps|Fontaine|Giraud|Lefort|Moreau|"
    "Prévost|Rivière"
)
WAYS = ("rue", "rue", "rue", "rue", "rue", "avenue", "place", "boulevard", "route", "chemin",
        "impasse", "allée")  # fmt: skip
STREETS = _several(
    "de la République|du Général de Gaulle|de la Gare|des Écoles|du Maréchal Foch|Saint-Martin|"
    "de l'Église|des Tilleuls|du 8 Mai 1945|du 11 Novembre|Pasteur|de la Fontaine|du Moulin|"
    "des Acacias|du Château|de l'Hôtel de Ville|Saint-Jean|des Lilas|du Stade|de Verdun|"
    "du Docteur Roux|de la Libération|Gambetta|du Pont|des Jardins|Neuve|du Lavoir|"
    "du Président Wilson|de Bretagne|des Cordeliers|du Maréchal Leclerc|Sainte-Anne|"
    "de la Liberté|du Faubourg|des Carmes|Traversière|du Four|de la Croix Blanche|"
    "du Colonel Fabien|des Vignes|de Paris|du Port|de l'Europe|Haute|de la Poste|du Marché|"
    "des Frères Lumière|du Commandant Charcot|de Bourgogne|Aristide Briand|de la Paix"
)
QUARTERS = _several(
    "Nord|Sud|Est|Ouest|Centre|Saint-Pierre|Saint-Paul|Bellevue|Les Fontaines|La Grange|"
    "Le Grand Pré|Les Minimes|Beaulieu|Le Verger|La Croix Rouge|Les Rives|Le Plateau|"
    "Bel-Air|La Roseraie|Les Tanneries|Montplaisir|La Source|Le Clos|Les Blossières|Argonne"
)
SHOPS = _several(
    "Le Hangar|La Ruche|L'Atelier|La Fabrique|Le Bocal|La Passerelle|Le Comptoir|L'Étincelle|"
    "La Cantine|Le Lieu-Dit|L'Usine|La Station|Le Quai|La Boussole|L'Alternateur|Le Phare|"
    "La Verrière|Le Moulin|L'Escale|La Forge|Le Tremplin|La Filature|L'Îlot|Le Nid|La Serre|"
    "Le Camion|La Manivelle|L'Embarcadère|Le Préau|La Minoterie|Le Déclic|La Turbine"
)
BODIES = _several(
    "Ligue de l'enseignement|Familles rurales|Emmaüs Connect|Les Petits Débrouillards|"
    "Solidarités nouvelles|Croix-Rouge|Secours populaire|Le Fil d'Ariane|Coup de pouce|"
    "Regain|Pas à pas|Tous connectés|Horizon numérique|Entraide et partage"
)

"""The pairs of rows that a steward is asked about, side by side."""

import pandas as pd

from opendata.tables import cell_text, column

#: What is shown of each of the two rows: column of the file -> field.
_SHOWN = {
    "source": "source_id", "cle": "id", "nom": "nom", "adresse": "adresse", "commune": "commune",
    "categories": "categories", "telephone": "telephone", "courriels": "courriels",
    "site_web": "site_web", "lieu_id": "lieu_id",
}  # fmt: skip
#: Columns of ``paires.csv``; ``reponse`` is left to the steward.
PAIR_COLUMNS = (
    "reponse", "probabilite", "raisons", *(f"{name}_1" for name in _SHOWN),
    *(f"{name}_2" for name in _SHOWN), "distance_m",
)  # fmt: skip
#: Witnesses and their findings in a steward's words.
_WORDS = {
    "nom=identique": "même nom", "nom=tres_proche": "noms presque identiques",
    "nom=inclus": "un nom contient l'autre", "nom=proche": "noms proches",
    "nom=generiques": "noms sans mot propre", "nom=different": "noms différents",
    "nom=eloigne": "noms éloignés", "genre=meme": "même genre de lieu",
    "genre=heberge": "l'un hébergerait l'autre", "genre=autre": "genres de lieu différents",
    "adresse=meme_numero": "même adresse", "adresse=meme_voie": "même voie",
    "adresse=autre_numero": "autre numéro", "adresse=autre_voie": "autre voie",
    "distance=contigu": "points confondus", "distance=proche": "points proches",
    "distance=quartier": "à plusieurs rues", "distance=loin": "points éloignés",
    "distance=tres_loin": "points très éloignés", "telephone=meme": "même téléphone",
    "telephone=autre": "autre téléphone", "courriel=meme": "même courriel",
    "courriel=meme_domaine": "même domaine de courriel", "courriel=autre": "autre courriel",
    "site=meme": "même site", "site=meme_domaine": "même domaine de site",
    "site=autre": "autre site", "pivot=meme": "même SIRET", "pivot=meme_organisme": "même SIREN",
    "pivot=autre": "autre SIRET", "commune=autre": "autre commune", "decision": "décision",
}  # fmt: skip


def pairs_to_review(rows: pd.DataFrame, review: pd.DataFrame) -> pd.DataFrame:
    """``paires.csv`` as text, likeliest first.

    ``rows`` has the fields shown and ``review`` the pairs of
    :class:`~opendata.identity.match.Matches`, by labels of ``rows``.
    """
    sides = {
        f"{name}_{side}": column(rows, field).reindex(review[end]).to_numpy()
        for side, end in ((1, "left"), (2, "right"))
        for name, field in _SHOWN.items()
    }
    table = pd.DataFrame(
        {
            "reponse": "",
            "probabilite": review["probabilite"].round(2).map(cell_text),
            "raisons": _told(review["motif"]) + " ; mais : " + _told(review["contre"]),
            **sides,
            "distance_m": review["distance_m"].round().map(cell_text),
        },
        dtype="str",
    )
    table["raisons"] = table["raisons"].str.removesuffix(" ; mais : ")
    return table[list(PAIR_COLUMNS)]


def _told(motives: pd.Series) -> pd.Series:
    return motives.map(words)


def words(motive: str) -> str:
    """A motive (``nom=identique|telephone=meme``) in French words."""
    return ", ".join(_WORDS[one] for one in motive.split("|") if one)

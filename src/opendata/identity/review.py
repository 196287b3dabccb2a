"""The pairs of rows that a steward is asked about, side by side."""

import pandas as pd

from opendata.identity.likelihood import shown
from opendata.language import Text
from opendata.tables import cell_text, column, over_distinct

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
    "nom=identique": Text("même nom", "same name"),
    "nom=tres_proche": Text("noms presque identiques", "names almost the same"),
    "nom=inclus": Text("un nom contient l'autre", "one name holds the other"),
    "nom=proche": Text("noms proches", "names alike"),
    "nom=generiques": Text("noms sans mot propre", "names without a word of their own"),
    "nom=different": Text("noms différents", "different names"),
    "nom=eloigne": Text("noms éloignés", "names far from alike"),
    "marque=une": Text("un mot distinctif d'un seul côté", "a telling word on one side only"),
    "marque=autre": Text("mots distinctifs différents", "different telling words"),
    "genre=meme": Text("même genre de lieu", "same kind of place"),
    "genre=heberge": Text("l'un hébergerait l'autre", "one may host the other"),
    "genre=autre": Text("genres de lieu différents", "different kinds of place"),
    "adresse=meme_numero": Text("même adresse", "same address"),
    "adresse=meme_voie": Text("même voie", "same street"),
    "adresse=autre_numero": Text("autre numéro", "another number"),
    "adresse=autre_voie": Text("autre voie", "another street"),
    "distance=contigu": Text("points confondus", "points at one spot"),
    "distance=proche": Text("points proches", "points close together"),
    "distance=quartier": Text("à plusieurs rues", "several streets apart"),
    "distance=loin": Text("points éloignés", "points far apart"),
    "distance=tres_loin": Text("points très éloignés", "points very far apart"),
    "telephone=meme": Text("même téléphone", "same telephone"),
    "telephone=autre": Text("autre téléphone", "another telephone"),
    "courriel=meme": Text("même courriel", "same e-mail"),
    "courriel=meme_domaine": Text("même domaine de courriel", "same e-mail domain"),
    "courriel=autre": Text("autre courriel", "another e-mail"),
    "site=meme": Text("même site", "same site"),
    "site=meme_domaine": Text("même domaine de site", "same site domain"),
    "site=autre": Text("autre site", "another site"),
    "pivot=meme": Text("même SIRET", "same SIRET"),
    "pivot=meme_organisme": Text("même SIREN", "same SIREN"),
    "pivot=autre": Text("autre SIRET", "another SIRET"),
    "commune=autre": Text("autre commune", "another commune"),
    "decision": Text("décision", "decision"),
}


def _rivals(rows: pd.DataFrame, review: pd.DataFrame) -> pd.Series:
    """Why a likely pair was not joined: the row of the other's source that is there already."""
    texts = pd.Series("", index=review.index, dtype="str")
    if not review["rival"].any() or "groupe" not in rows:
        return texts
    sources, keys = rows["source_id"].astype(object), rows["id"].astype(object)
    mates = rows.groupby("groupe", sort=False).groups
    for number, one, other in review[review["rival"]][["left", "right"]].itertuples():
        there = [
            f"{sources[row]}:{keys[row]}"
            for own, rival in ((one, other), (other, one))
            for row in mates[rows.at[own, "groupe"]]
            if row != own and str(sources[row]) == str(sources[rival])
        ]
        listed = f"déjà réunie à {', '.join(there)}"
        texts[number] = listed if there else "une autre ligne convient aussi bien"
    return texts


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
    against = _told(review["contre"])
    rivals = _rivals(rows, review)
    between = pd.Series(", ", index=review.index).where((against != "") & (rivals != ""), "")
    against = against + between + rivals
    table = pd.DataFrame(
        {
            "reponse": "",
            "probabilite": shown(review["probabilite"]),
            "raisons": _told(review["motif"]) + " ; mais : " + against,
            **sides,
            "distance_m": review["distance_m"].round().map(cell_text),
        },
        dtype="str",
    )
    table["raisons"] = table["raisons"].str.removesuffix(" ; mais : ").str.removeprefix(" ; ")
    places = table[["lieu_id_1", "lieu_id_2"]]
    # Two places of several rows each are one question: that of their likeliest pair.
    one, other = places.min(axis=1), places.max(axis=1)
    asked = pd.DataFrame({"one": one, "other": other}).duplicated() & (one != "")
    return table.loc[~asked, list(PAIR_COLUMNS)].reset_index(drop=True)


def _told(motives: pd.Series) -> pd.Series:
    return over_distinct(motives, lambda motive: words(motive).fr)


def words(motive: str) -> Text:
    """A motive (``nom=identique|telephone=meme``) in words. Raises KeyError for no motive's."""
    found = [_WORDS[one] for one in motive.split("|") if one]
    return Text(", ".join(one.fr for one in found), ", ".join(one.en for one in found))

"""What speaks for and against two rows being one place, as levels of a few witnesses.

Each witness (name, kind, address, distance, telephone, e-mail, site, SIRET, …) says one word of
:data:`LEVELS` about a pair; what a word weighs is in ``weights.toml``, fitted on labelled pairs.
"""

from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from opendata.geocode.ban.parse import readings
from opendata.geocode.points.geometry import distance_km
from opendata.identity.names import kind_of_categories, name_keys
from opendata.schema import SEPARATOR
from opendata.tables import column, over_distinct

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: What each witness may say, from the most in favour to the most against; the last but one is
#: often "nothing known". The order is that of the conditions below: the first that holds.
LEVELS: dict[str, tuple[str, ...]] = {
    "nom": (
        "identique", "tres_proche", "inclus", "proche", "un_generique", "generiques", "eloigne",
        "different",
    ),
    "marque": ("aucune", "meme", "une", "autre"),
    "genre": ("meme", "un_inconnu", "inconnus", "heberge", "autre"),
    "adresse": (
        "meme_numero", "meme_voie", "numero_inconnu", "autre_numero", "inconnue", "autre_voie",
    ),
    "distance": ("contigu", "proche", "voisin", "quartier", "vague", "loin", "tres_loin"),
    "telephone": ("meme", "inconnu", "autre"),
    "courriel": ("meme", "meme_domaine", "inconnu", "autre"),
    "site": ("meme", "meme_domaine", "inconnu", "autre"),
    "pivot": ("meme", "meme_organisme", "inconnu", "autre"),
    "source": ("autre", "meme"),
    "commune": ("meme", "autre"),
}  # fmt: skip

#: How far from the place a point may stand, in metres, by its precision.
_REACH = {
    "numero": 30.0, "interpolation": 60.0, "voie": 300.0, "lieu-dit": 800.0,
    "commune": 4000.0, "aucune": np.inf,
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Hosts of e-mail or pages that thousands share: the domain tells nothing.
_SHARED_HOSTS = _words(
    """gmail.com orange.fr wanadoo.fr free.fr yahoo.fr yahoo.com hotmail.fr hotmail.com
    outlook.fr outlook.com laposte.net sfr.fr neuf.fr live.fr aol.com bbox.fr numericable.fr
    gmx.fr icloud.com france-services.gouv.fr facebook.com fr-fr.facebook.com twitter.com
    instagram.com linkedin.com sites.google.com google.com youtube.com helloasso.com wordpress.com
    pole-emploi.fr francetravail.fr laposte.fr msa.fr caf.fr ameli.fr conseiller-numerique.gouv.fr
    banquedesterritoires.fr cohesion-territoires.gouv.fr ijcentre.fr famillesrurales.org"""
)


def comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as pairs of them are compared, on a fresh index 0…n-1.

    ``rows`` has the text columns source_id, nom, adresse, commune, code_insee, ville (the
    commune of today, arrondissements gathered), telephone, courriels, site_web, pivot,
    geo_precision, ban_id, and latitude, longitude (degrees, NaN for none).
    """
    rows = rows.reset_index(drop=True)
    keys = name_keys(rows["nom"], rows["commune"])
    keys["kind"] = keys["kind"].mask(keys["kind"] == "", _stated_kind(rows))
    address = _addresses(column(rows, "adresse"), column(rows, "code_postal"))
    return pd.DataFrame(
        {
            "source": rows["source_id"],
            "city": rows["ville"],
            **{name: keys[name] for name in keys.columns},
            **address,
            "ban_id": column(rows, "ban_id"),
            "latitude": rows["latitude"].astype("float64"),
            "longitude": rows["longitude"].astype("float64"),
            "geo_precision": rows["geo_precision"],
            "telephone": column(rows, "telephone"),
            "courriels": column(rows, "courriels"),
            "site_web": over_distinct(column(rows, "site_web"), _plain_sites),
            "pivot": column(rows, "pivot"),
            "mail_hosts": over_distinct(column(rows, "courriels"), _mail_hosts),
            "site_hosts": over_distinct(column(rows, "site_web"), _site_hosts),
        }
    )


def _stated_kind(rows: pd.DataFrame) -> pd.Series:
    """The kind that the categories of a row say, where its name says none."""
    return over_distinct(column(rows, "categories"), kind_of_categories)


def _addresses(addresses: pd.Series, postcodes: pd.Series) -> dict[str, pd.Series]:
    """Street and number of each address, as the geocoder reads it best ("" for none)."""
    codes, distinct = pd.MultiIndex.from_arrays([addresses, postcodes]).factorize()
    streets, numbers, kinds = [], [], []
    for address, postcode in distinct:
        best = readings(address, postcode)[:1] if address else ()
        for one in best:
            streets.append(one.core)
            kinds.append(one.kind)
            numbers.append(f"{one.number}{one.repetition}" if one.number else "")
        if not best:
            streets.append("")
            kinds.append("")
            numbers.append("")
    columns = {"street": streets, "way": kinds, "number": numbers}
    return {
        name: pd.Series(values, dtype="str").take(codes).reset_index(drop=True)
        for name, values in columns.items()
    }


def _plain_sites(text: str) -> str:
    """Addresses of pages without scheme, www and final slash; a mere host that is shared, out."""
    pages = []
    for page in filter(None, text.split(SEPARATOR)):
        parts = urlsplit(page.lower())
        host, path = parts.netloc.removeprefix("www."), parts.path.rstrip("/")
        if path or host not in _SHARED_HOSTS:
            pages.append(host + path + (f"?{parts.query}" if parts.query else ""))
    return SEPARATOR.join(dict.fromkeys(pages))


def _site_hosts(text: str) -> str:
    hosts = [urlsplit(page.lower()).netloc.removeprefix("www.") for page in text.split(SEPARATOR)]
    return SEPARATOR.join(
        host for host in dict.fromkeys(hosts) if host and host not in _SHARED_HOSTS
    )


def _mail_hosts(text: str) -> str:
    hosts = [mail.rpartition("@")[2].lower() for mail in text.split(SEPARATOR)]
    return SEPARATOR.join(
        host for host in dict.fromkeys(hosts) if host and host not in _SHARED_HOSTS
    )


# --- witnesses ----------------------------------------------------------------------------


def witnesses(rows: pd.DataFrame, left: Positions, right: Positions) -> pd.DataFrame:
    """The level of each witness for each pair, as positions in :data:`LEVELS` (int8).

    ``rows`` comes from :func:`comparable`; ``left`` and ``right`` are positions in it.
    """
    levels = {
        "nom": _name(rows, left, right),
        "marque": _marks(rows["marks"], left, right),
        "genre": _kind(rows, left, right),
        "adresse": _address(rows, left, right),
        "distance": _distance(rows, left, right),
        "telephone": _contact(rows, "telephone", "", left, right),
        "courriel": _contact(rows, "courriels", "mail_hosts", left, right),
        "site": _contact(rows, "site_web", "site_hosts", left, right),
        "pivot": _pivot(rows, left, right),
        "source": _same(rows["source"], left, right).astype("int8"),
        "commune": (~_same(rows["city"], left, right)).astype("int8"),
    }
    return pd.DataFrame({name: values.astype("int8") for name, values in levels.items()})


def _choose(conditions: list[Flags], default: int) -> npt.NDArray[Any]:
    return np.select(conditions, list(range(len(conditions))), default=default)


def _same(values: pd.Series, left: Positions, right: Positions) -> Flags:
    codes = pd.factorize(values)[0]
    return np.asarray(codes[left] == codes[right])


def _name(rows: pd.DataFrame, left: Positions, right: Positions) -> npt.NDArray[Any]:
    core = _likeness(rows["core"], left, right, fuzz.ratio)
    loose = _likeness(rows["core"], left, right, fuzz.token_set_ratio)
    whole = _likeness(rows["whole"], left, right, fuzz.ratio)
    empty = (rows["core"] == "").to_numpy()
    one, both = empty[left] | empty[right], empty[left] & empty[right]
    said = ~one
    # Two names without a word of their own are generic, be they the same to the letter.
    return _choose(
        [
            ~both & ((said & (core == 100)) | (whole == 100)),
            ~both & ((said & (core >= 88)) | (whole >= 94)),
            said & (loose == 100) & (core >= 40),
            said & ((core >= 72) | (loose >= 85)),
            one & ~both,
            both,
            said & ((core >= 50) | (loose >= 60)),
        ],
        7,
    )


def _marks(marks: pd.Series, left: Positions, right: Positions) -> npt.NDArray[Any]:
    said = (marks != "").to_numpy()
    none, both = ~said[left] & ~said[right], said[left] & said[right]
    return _choose([none, both & _same(marks, left, right), ~both], 3)


def _likeness(values: pd.Series, left: Positions, right: Positions, how: Any) -> npt.NDArray[Any]:
    """0 to 100, each distinct pair of texts compared once."""
    codes, texts = pd.factorize(values)
    a, b = codes[left].astype("int64"), codes[right].astype("int64")
    pairs, back = np.unique(np.minimum(a, b) * len(texts) + np.maximum(a, b), return_inverse=True)
    first, second = pairs // max(len(texts), 1), pairs % max(len(texts), 1)
    words = np.asarray(texts, dtype=object)
    scores = process.cpdist(words[first], words[second], scorer=how, dtype=np.uint8, workers=1)
    return np.asarray(scores)[back]


def _kind(rows: pd.DataFrame, left: Positions, right: Positions) -> npt.NDArray[Any]:
    codes, texts = pd.factorize(rows["kind"])
    nothing = np.asarray(texts == "")
    a, b = codes[left], codes[right]
    unknown_a, unknown_b = nothing[a], nothing[b]
    hosted = _within(rows, left, right)
    return _choose(
        [
            (a == b) & ~unknown_a,
            unknown_a ^ unknown_b,
            unknown_a & unknown_b,
            hosted,
        ],
        4,
    )


def _within(rows: pd.DataFrame, left: Positions, right: Positions) -> Flags:
    """Whether the first kind of one row is among the others that the other's name says."""
    said, distinct = pd.MultiIndex.from_arrays([rows["kind"], rows["kinds"]]).factorize()
    codes, size = said.astype("int64"), max(len(distinct), 1)
    # Few kinds there are, and many pairs: numbers are compared, and texts once per pair of kinds.
    pairs, back = np.unique(codes[left] * size + codes[right], return_inverse=True)
    found = np.empty(len(pairs), dtype=bool)
    for at, (one, other) in enumerate(zip(pairs // size, pairs % size, strict=True)):
        (a, a_all), (b, b_all) = distinct[one], distinct[other]
        found[at] = b in a_all.split(SEPARATOR) or a in b_all.split(SEPARATOR)
    return found[back]


def _address(rows: pd.DataFrame, left: Positions, right: Positions) -> npt.NDArray[Any]:
    ban = rows["ban_id"].to_numpy(dtype=object)
    same_ban = (ban[left] == ban[right]) & (ban[left] != "")
    streets, numbers = rows["street"], (rows["number"] != "").to_numpy()
    said = (streets != "").to_numpy()
    both = said[left] & said[right]
    # « place de la Mairie » and « rue de la Mairie » are two ways where both say a kind.
    way = rows["way"].to_numpy(dtype=object)
    other_way = (way[left] != way[right]) & (way[left] != "") & (way[right] != "")
    alike = _likeness(streets, left, right, fuzz.token_sort_ratio)
    contained = _likeness(streets, left, right, fuzz.token_set_ratio) == 100
    same_street = both & ((alike >= 88) | (contained & (alike >= 45))) & ~other_way
    same_number = _same(rows["number"], left, right) & numbers[left]
    known = numbers[left] & numbers[right]
    return _choose(
        [
            same_ban & (same_number | ~known) | (same_street & same_number),
            same_street & ~numbers[left] & ~numbers[right],
            same_street & ~known,
            same_street,
            ~both,
        ],
        5,
    )


def metres_apart(rows: pd.DataFrame, left: Positions, right: Positions) -> npt.NDArray[Any]:
    """Metres between the points of each pair; NaN where one has none."""
    latitude, longitude = rows["latitude"].to_numpy(), rows["longitude"].to_numpy()
    return 1000 * distance_km(latitude[left], longitude[left], latitude[right], longitude[right])


def _distance(rows: pd.DataFrame, left: Positions, right: Positions) -> npt.NDArray[Any]:
    """How far apart two points are, beside what their precisions leave open."""
    metres = metres_apart(rows, left, right)
    reach = rows["geo_precision"].map(_REACH).fillna(np.inf).to_numpy(dtype="float64")
    open_ = np.hypot(reach[left], reach[right])
    precise = np.maximum(reach[left], reach[right]) <= 300
    unknown = ~(np.isfinite(metres) & np.isfinite(open_))
    vague = ~precise & (metres <= 3 * open_)
    return _choose(
        [
            precise & (metres <= 40),
            precise & (metres <= 120),
            precise & (metres <= 350),
            precise & (metres <= 1000),
            unknown | vague,
            metres <= 4000,
        ],
        6,
    )


def _contact(
    rows: pd.DataFrame, name: str, hosts: str, left: Positions, right: Positions
) -> npt.NDArray[Any]:
    texts = rows[name]
    said = (texts != "").to_numpy()
    both = said[left] & said[right]
    conditions = [both & _shared_part(texts, left, right, both)]
    if hosts:
        own = (rows[hosts] != "").to_numpy()
        known = own[left] & own[right]
        conditions.append(known & _shared_part(rows[hosts], left, right, known))
    return _choose([*conditions, ~both], len(conditions) + 1)


def _shared_part(texts: pd.Series, left: Positions, right: Positions, asked: Flags) -> Flags:
    """Whether two texts of parts joined by ``|`` have one in common."""
    result = np.zeros(len(left), dtype=bool)
    values = texts.to_numpy(dtype=object)
    a, b = values[left[asked]], values[right[asked]]
    codes, distinct = pd.MultiIndex.from_arrays([a, b]).factorize()
    found = [
        x == y or not set(x.split(SEPARATOR)).isdisjoint(y.split(SEPARATOR)) for x, y in distinct
    ]
    if len(codes):
        result[asked] = np.asarray(found, dtype=bool)[codes]
    return result


def _pivot(rows: pd.DataFrame, left: Positions, right: Positions) -> npt.NDArray[Any]:
    texts = rows["pivot"]
    said = (texts != "").to_numpy()
    both = said[left] & said[right]
    return _choose(
        [
            both & _same(texts, left, right),
            both & _same(texts.str[:9], left, right),
            ~both,
        ],
        3,
    )

"""Made-up pages and reports, as the pipeline hands them to the site."""

import math
from typing import Any

import pandas as pd

TOWNS = (
    ("Orléans", "45000", "Loiret", 47.9029, 1.9039),
    ("Tours", "37000", "Indre-et-Loire", 47.3941, 0.6848),
    ("Bourges", "18000", "Cher", 47.0810, 2.3988),
    ("Blois", "41000", "Loir-et-Cher", 47.5861, 1.3359),
    ("Chartres", "28000", "Eure-et-Loir", 48.4439, 1.4890),
    ("Châteauroux", "36000", "Indre", 46.8103, 1.6910),
    ("Montargis", "45200", "Loiret", 47.9975, 2.7326),
    ("Vendôme", "41100", "Loir-et-Cher", 47.7930, 1.0660),
    ("Loches", "37600", "Indre-et-Loire", 47.1286, 0.9953),
    ("Vierzon", "18100", "Cher", 47.2222, 2.0686),
    ("Saint-Amand-Montrond", "18200", "Cher", 46.7222, 2.5047),
    ("Dreux", "28100", "Eure-et-Loir", 48.7362, 1.3665),
    ("La Châtre", "36400", "Indre", 46.5820, 1.9870),
    ("Chinon", "37500", "Indre-et-Loire", 47.1670, 0.2430),
    ("Gien", "45500", "Loiret", 47.6890, 2.6310),
)
CATEGORIES = (
    ("epn", "Espace public numérique", "Public digital space"),
    ("mediatheque", "Médiathèque ou bibliothèque", "Library"),
    ("coworking", "Espace de coworking", "Coworking space"),
    ("tiers-lieu", "Tiers-lieu", "Third place (tiers-lieu)"),
    ("france-services", "France services", "France services"),
)
PRECISIONS = ("numero", "numero", "numero", "voie", "numero", "commune", "lieu-dit", "numero")
HOURS = ("Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00", "Tu,Th 10:00-17:00; PH off", "")


def row(index: int, **changes: Any) -> dict[str, Any]:
    commune, postcode, departement, latitude, longitude = TOWNS[index % len(TOWNS)]
    code, name, _ = CATEGORIES[(index * 7) % len(CATEGORIES)]
    spread = 0.02 + 0.3 * ((index * 37 % 101) / 101)
    made = {
        "lieu_id": f"l-{index:012x}",
        "nom": f"{name} des Essais nº {index + 1}",
        "categories": [code, "epn"] if index % 5 == 1 else [code],
        "commune": commune,
        "code_postal": postcode,
        "departement": departement,
        "adresse": f"{index % 80 + 1} rue de l'Exemple",
        "telephone": f"+332380{index % 10000:05d}"[:12] if index % 3 else "",
        "site_web": f"https://www.lieu-{index}.example/accueil" if index % 2 else "",
        "horaires": HOURS[index % 3],
        "latitude": round(latitude + spread * math.sin(index * 2.4), 6),
        "longitude": round(longitude + spread * math.cos(index * 2.4), 6),
        "geo_precision": PRECISIONS[index % len(PRECISIONS)],
        "sources": ["essai-region", "essai-mairies"] if index % 4 == 0 else ["essai-region"],
    }
    return made | changes


def source(name: str, state: str, *counts: int, **changes: Any) -> dict[str, Any]:
    ends = ("lignes_lues", "publiees", "fusionnees", "quarantaine", "hors_territoire")
    made: dict[str, Any] = {
        "source": name,
        "titre": f"Fichier d'essai « {name} »",
        "licence": "etalab-2.0",
        "licence_titre": "Licence Ouverte 2.0 (Etalab)",
        "attribution": f"Région d'essai, {name}, 2026",
        "recupere_le": "2026-11-22T03:00:12+00:00",
        "perime_depuis": "",
        "etat": state,
        "message_fr": "",
        "message_en": "",
    }
    return made | dict(zip(ends, counts, strict=True)) | changes


def report(places: int = 1451) -> dict[str, Any]:
    return {
        "dataset": "lieux-essai",
        "title": "Lieux numériques d'essai",
        "title_en": "Sample digital places",
        "version": "2026-11-23",
        "created": "2026-11-23T03:00:41Z",
        "demonstration": True,
        "sources": [
            source("essai-region", "a_jour", 1204, 1102, 38, 52, 12),
            source("essai-mairies", "a_jour", 402, 289, 101, 3, 9),
            source(
                "essai-associations",
                "perimee",
                91,
                60,
                13,
                10,
                8,
                perime_depuis="2026-11-19T03:00:00Z",
                message_fr="Le serveur a répondu 503 ; la copie du 19 novembre est employée.",
                message_en="The server answered 503; the copy of 19 November is used.",
            ),
            source("essai-privee", "non_publiee", 0, 0, 0, 0, 0, licence="inconnue"),
        ],
        "total": {
            "lignes_lues": 1697,
            "publiees": 1451,
            "fusionnees": 152,
            "quarantaine": 65,
            "hors_territoire": 29,
        },
        "places": places,
        "precisions": {"numero": 1010, "interpolation": 44, "voie": 236, "commune": 161},
        "methodes": {"source": 880, "ban": 410, "commune": 161},
        "categories": {"epn": 620, "mediatheque": 410},
        "champs": [
            {"champ": n, "titre": f, "titre_en": e, "remplis": r, "taux": r / 1451}
            for n, f, e, r in (
                ("nom", "Nom", "Name", 1451),
                ("adresse", "Adresse", "Address", 1433),
                ("telephone", "Téléphone", "Telephone", 1020),
                ("horaires", "Horaires", "Opening hours", 412),
                ("pivot", "SIRET, RNA ou RIDET", "SIRET, RNA or RIDET", 0),
            )
        ],
        "problemes": [
            problem("essai-region", "commune_introuvable", "error", "commune", 52),
            problem("essai-region", "telephone_illisible", "warning", "telephone", 31),
            problem("essai-associations", "champ_requis_vide", "error", "nom", 10),
            problem("essai-associations", "texte_vide_de_sens", "info", "site_web", 4),
        ],
        "changements": {"ajouts": 12, "suppressions": 1, "modifications": 1034},
        "references": {"communes": "COG 2026, made up for the tests"},
        "quarantaine": [
            {
                "source": "essai-region",
                "ligne": 14 + 9 * n,
                "cle": f"R-{n:04d}",
                "nom": f"Lieu refusé {n}",
                "raisons_fr": "aucune commune ne correspond à « Villeneuve-sur-Rien »",
                "raisons_en": "no commune matches “Villeneuve-sur-Rien”",
            }
            for n in range(12)
        ],
        "localisation": location(),
    }


def moved(number: int, stated: Any, published: Any, **changes: Any) -> dict[str, Any]:
    """A row whose point was moved; each point is latitude and longitude."""
    made = {
        "source": "essai-region",
        "ligne": 100 + number,
        "lieu_id": f"l-{number:012x}",
        "nom": f"Lieu déplacé {number}",
        "commune": "Orléans",
        "code": "point_contredit",
        "latitude_source": stated[0],
        "longitude_source": stated[1],
        "latitude": published[0],
        "longitude": published[1],
        "km": 12.5,
        "label": f"{number} rue de l'Exemple, 45000 Orléans",
    }
    return made | changes


def location(imprecise: int = 3) -> dict[str, Any]:
    """What a report says of where places stand."""
    return {
        "deplaces": {
            "nombre": 341,
            "lignes": [
                moved(1, (0.0, 0.0), (47.9, 1.9), km=5329.4, code="point_hors_commune"),
                moved(2, (16.2, -61.5), ("", ""), km=1449.4, code="point_ecarte"),
                moved(3, (47.95, 1.85), (47.91, 1.93), km=7.4),
                moved(4, (47.88, 1.95), ("", ""), km=6.0, code="point_ecarte"),
            ],
        },
        "a_preciser": {
            "nombre": 161,
            "raisons": [
                reason("sans_fichier", 120, "département sans fichier d'adresses (BAN)"),
                reason("sans_adresse", 41, "sans adresse", {"a": 30, "b": 8, "c": 2, "d": 1}),
            ],
            "departements_sans_fichier": ["18", "37"],
            "lieux": [
                {
                    "lieu_id": f"l-{n:012x}",
                    "nom": f"Lieu imprécis {n}",
                    "adresse": "" if n % 2 else "Le Bourg",
                    "code_postal": "18000",
                    "commune": "Bourges",
                    "code_departement": "18",
                    "geo_precision": "commune",
                    "sources": ["essai-region", "essai-mairies"],
                    "raison": "sans_adresse",
                    "raison_fr": "sans adresse",
                    "raison_en": "no address",
                }
                for n in range(imprecise)
            ],
        },
        "voisines": {
            "nombre": 1,
            "lignes": [
                {
                    "source": "essai-mairies",
                    "ligne": 12,
                    "lieu_id": "l-00000000000c",
                    "nom": "Lieu d'à côté",
                    "commune": "Orléans",
                    "code": "commune_voisine",
                    "avant": "45400 Fleury-les-Aubrais",
                    "apres": "Orléans",
                    "label": "3 Rue Haute 45000 Orléans",
                }
            ],
        },
        "avertissements": [
            {"fr": "Un index abîmé a été refait.", "en": "A damaged index was made again."}
        ],
    }


def reason(
    code: str, count: int, said: str, sources: dict[str, int] | None = None
) -> dict[str, Any]:
    return {
        "code": code,
        "nombre": count,
        "sources": sources or {"essai-region": count},
        "phrase_fr": said,
        "phrase_en": f"{said} (en)",
        "conseil_fr": "Complétez le fichier source.",
        "conseil_en": "Complete the source file.",
    }


def problem(name: str, code: str, severity: str, field: str, count: int) -> dict[str, Any]:
    return {
        "source": name,
        "code": code,
        "severity": severity,
        "champ": field,
        "phrase_fr": f"des valeurs du champ ne sont pas reconnues ({code})",
        "phrase_en": f"values of the field are not recognised ({code})",
        "conseil_fr": "Corriger la valeur dans le fichier source.",
        "conseil_en": "Correct the value in the source file.",
        "nombre": count,
        "exemples": [
            {
                "ligne": 1014 + 3 * n,
                "valeur": value,
                "phrase_fr": f"« {value} » n'est pas une valeur reconnue",
                "phrase_en": f"“{value}” is not a recognised value",
            }
            for n, value in enumerate(("02 38 00", "Villeneuve-sur-Rien", "voir le site"))
        ],
    }


def file(name: str, title_fr: str, title_en: str, size: int) -> dict[str, Any]:
    kind = name.rsplit(".", 1)[-1]
    formats = {"csv": "CSV", "xlsx": "XLSX", "geojson": "GeoJSON", "parquet": "GeoParquet"}
    return {
        "name": name,
        "title_fr": title_fr,
        "title_en": title_en,
        "format": formats.get(kind, kind.upper()),
        "bytes": size,
        "sha256": "0123456789abcdef" * 4,
    }


def page(places: int = 60) -> dict[str, Any]:
    rows = [row(index) for index in range(places)]
    return {
        "id": "lieux-essai",
        "title": "Lieux numériques d'essai",
        "title_en": "Sample digital places",
        "description": (
            "Espaces publics numériques, médiathèques, tiers-lieux et maisons France services "
            "d'un territoire d'essai : où ils sont, quand ils ouvrent, comment les joindre."
        ),
        "description_en": (
            "Public digital spaces, libraries, third places and France services of a sample "
            "territory: where they are, when they open, how to reach them."
        ),
        "publisher": "Région d'essai",
        "contact": "donnees@region.example",
        "homepage": "https://region.example/",
        "demonstration": True,
        "version": "2026-11-23",
        "created": "2026-11-23T03:00:41Z",
        "licence": {
            "id": "etalab-2.0",
            "title": "Licence Ouverte 2.0 (Etalab)",
            "title_en": "Open Licence 2.0 (Etalab)",
            "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
        },
        "licence_reason": {
            "fr": "Toutes les sources l'admettent.",
            "en": "Every source allows it.",
        },
        "schedule_fr": "chaque jour à 3 h 00",
        "schedule_en": "every day at 03:00",
        "territory": {"fr": "Centre-Val de Loire", "en": "Centre-Val de Loire"},
        "frequency": {"fr": "chaque jour", "en": "daily"},
        "temporal": {"start": "2019-03-01", "end": "2026-11-23"},
        "catalogue": {
            "title": "Données d'essai",
            "title_en": "Sample data",
            "publisher": "Région d'essai",
            "publisher_url": "https://region.example/",
        },
        "places": places,
        "communes_count": len({row["commune"] for row in rows}),
        "scripts": {"assets": "../assets/0123456789ab", "data": "lieux-0123456789ab.js"},
        "tiles_host": "",
        "outlines": outlines(),
        "points": [(row["latitude"], row["longitude"]) for row in rows],
        "base": "releases/2026-11-23",
        "files": [
            file("lieux.csv", "Tous les lieux", "All places", 612_344),
            file("lieux.xlsx", "Tous les lieux, pour tableur", "All places, spreadsheet", 301_002),
            file("lieux.geojson", "Tous les lieux, carte", "All places, map", 1_204_400),
            file("lieux.parquet", "Tous les lieux, analyse", "All places, analysis", 141_800),
            file("lieux-standard.csv", "Standard national", "National standard", 480_120),
            file("changements.csv", "Changements", "Changes", 812),
        ],
        "metadata": [file("datapackage.json", "Data Package", "Data Package", 30_000)],
        "rows": rows,
        "categories": [
            {"code": c, "fr": fr, "en": en, "places": sum(c in r["categories"] for r in rows)}
            for c, fr, en in CATEGORIES
        ],
        "report": report(places=1451),
        "releases": [
            release("2026-11-23", 1451, 12, 1, 1034),
            release("2026-11-16", 1440, 0, 0, 2),
            release("2026-11-09", 1440, 1440, 0, 0),
        ],
        "fields": [
            field("lieu_id", "Identifiant permanent du lieu", "Permanent id", "string", 1451),
            field("nom", "Nom", "Name", "string", 1451),
            field("latitude", "Latitude", "Latitude", "number", 1450),
            field("horaires", "Horaires", "Opening hours", "string", 412),
        ],
        "citation": {
            "text_fr": "Région d'essai (2026). Lieux numériques d'essai.",
            "text_en": "Région d'essai (2026). Sample digital places.",
            "file": "CITATION.cff",
        },
        "changes": {
            "summary_fr": "12 lieux ajoutés.",
            "summary_en": "12 places added.",
            "href": "2026-11-23.html#changements",
        },
        "release_href": "2026-11-23.html",
        "indicators_href": "indicateurs.html",
        "json_ld": {"@context": "https://schema.org/", "@type": "Dataset", "name": "Essai"},
    }


def table(places: int = 60, **changes: Any) -> pd.DataFrame:
    """The same rows as the published table of places has them: text in every column."""
    rows = [row(index) | changes for index in range(places)]
    lines = pd.DataFrame(rows)
    for name in ("categories", "sources"):
        lines[name] = ["|".join(values) for values in lines[name]]
    for name in ("latitude", "longitude"):
        lines[name] = ["" if value is None else str(value) for value in lines[name]]
    codes = {name: f"{number:05d}" for number, (name, *_) in enumerate(TOWNS)}
    lines["code_insee"] = [codes.get(name, "") for name in lines["commune"]]
    lines["code_departement"] = [code[:2] for code in lines["code_postal"]]
    return lines.astype("str")


def outlines() -> dict[str, Any]:
    """Two squares around the sample towns, as GeoJSON."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "nom": f"Département {code}", "autre": 1},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [[w, 46.2], [w + 2, 46.2], [w + 2, 49.12345678], [w, 49.1], [w, 46.2]]
                    ],
                },
            }
            for code, w in (("45", 0.0), ("37", 2.0))
        ],
    }


def field(name: str, fr: str, en: str, kind: str, filled: int) -> dict[str, Any]:
    return {
        "name": name,
        "title_fr": fr,
        "title_en": en,
        "description_fr": f"{fr}, tel que publié.",
        "description_en": f"{en}, as published.",
        "type": kind,
        "filled": filled,
        "filled_pct": 100 * filled / 1451,
    }


def release(version: str, places: int, added: int, removed: int, changed: int) -> dict[str, Any]:
    return {
        "version": version,
        "created": f"{version}T03:00:41Z",
        "places": places,
        "href": f"releases/{version}/",
        "added": added,
        "removed": removed,
        "changed": changed,
    }


def home() -> list[dict[str, Any]]:
    first = {
        "id": "lieux-essai",
        "title": "Lieux numériques d'essai",
        "title_en": "Sample digital places",
        "description": "Où se trouvent les lieux, quand ils ouvrent, comment les joindre.",
        "description_en": "Where the places are, when they open, how to reach them.",
        "demonstration": True,
        "version": "2026-11-23",
        "places": 1451,
        "licence_title": "Licence Ouverte 2.0 (Etalab)",
        "licence_title_en": "Open Licence 2.0 (Etalab)",
        "href": "lieux-essai/index.html",
    }
    second = {
        "id": "bibliotheques-essai",
        "title": "Bibliothèques d'essai",
        "title_en": "Sample libraries",
        "description": "Les bibliothèques publiques et leurs équipements numériques.",
        "description_en": "Public libraries and their digital equipment.",
        "demonstration": False,
        "places": 12480,
        "version": "2026-11-20.2",
        "licence_title": "Open Database License 1.0 (ODbL)",
        "licence_title_en": "Open Database License 1.0 (ODbL)",
        "href": "bibliotheques-essai/index.html",
    }
    return [first, second]

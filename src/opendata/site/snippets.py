"""How to read the files, tool by tool: what the page shows is what the tests run."""

from dataclasses import dataclass

from opendata.language import Text

#: Stands in a snippet for the address of the folder that always has the latest files.
ADDRESS = "{latest}"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A few lines to be copied. ``language`` is the one they are written in ("" for none)."""

    tool: str
    title: Text
    intro: Text
    code: str
    language: str

    def at(self, latest: str) -> str:
        """The lines, with the address of the files (it ends with a slash)."""
        return self.code.replace(ADDRESS, latest)


SNIPPETS = (
    Snippet(
        "pandas",
        Text("Python, pandas", "Python, pandas"),
        Text(
            "Les codes (postaux, INSEE, SIRET) sont du texte : lisez-les comme tel, sinon leurs "
            "zéros initiaux disparaissent.",
            "Codes (postcodes, INSEE, SIRET) are text: read them as such, or their leading zeros "
            "vanish.",
        ),
        """import pandas as pd

lieux = pd.read_csv("{latest}lieux.csv", dtype=str, keep_default_na=False)
print(lieux.groupby("departement").size().sort_values(ascending=False))""",
        "python",
    ),
    Snippet(
        "geopandas",
        Text("Python, geopandas", "Python, geopandas"),
        Text(
            "Les points et les types sont dans le fichier : rien à préciser.",
            "Points and types are in the file: nothing to state.",
        ),
        """import geopandas as gpd

lieux = gpd.read_file("{latest}lieux.gpkg")
print(lieux.crs, lieux.total_bounds)""",
        "python",
    ),
    Snippet(
        "duckdb",
        Text("SQL, DuckDB", "SQL, DuckDB"),
        Text(
            "DuckDB ne télécharge que les colonnes demandées du fichier Parquet.",
            "DuckDB downloads only the columns you ask for from the Parquet file.",
        ),
        """SELECT departement, count(*) AS lieux
FROM read_parquet('{latest}lieux.parquet')
GROUP BY departement
ORDER BY lieux DESC;""",
        "sql",
    ),
    Snippet(
        "r",
        Text("R, readr", "R, readr"),
        Text("Toutes les colonnes en texte.", "Every column as text."),
        """library(readr)

lieux <- read_csv("{latest}lieux.csv", col_types = cols(.default = "c"))
print(sort(table(lieux$departement), decreasing = TRUE))""",
        "r",
    ),
    Snippet(
        "qgis",
        Text("QGIS", "QGIS"),
        Text(
            "Couche ▸ Ajouter une couche ▸ Ajouter une couche vecteur, type de source « Protocole "
            "HTTP(S) », puis cette adresse :",
            "Layer ▸ Add layer ▸ Add vector layer, source type “Protocol: HTTP(S)”, then this "
            "address:",
        ),
        "{latest}lieux.gpkg",
        "",
    ),
    Snippet(
        "tableur",
        Text("Tableur (LibreOffice, Excel)", "Spreadsheet (LibreOffice, Excel)"),
        Text(
            "Le fichier XLSX garde les codes en texte : ouvrez-le d'un double clic, ou par cette "
            "adresse (Fichier ▸ Ouvrir). N'ouvrez pas le CSV d'un double clic : importez-le "
            "(encodage UTF-8, séparateur virgule, toutes les colonnes au format Texte).",
            "The XLSX file keeps codes as text: open it with a double click, or by this address "
            "(File ▸ Open). Do not open the CSV with a double click: import it (encoding UTF-8, "
            "comma as separator, every column as Text).",
        ),
        "{latest}lieux.xlsx",
        "",
    ),
    Snippet(
        "verifier",
        Text("Vérifier un téléchargement", "Check a download"),
        Text(
            "Chaque fichier a son empreinte dans SHA256SUMS.",
            "Every file has its checksum in SHA256SUMS.",
        ),
        """curl -fsSLO {latest}lieux.csv -O {latest}SHA256SUMS
sha256sum --check --ignore-missing SHA256SUMS""",
        "sh",
    ),
)

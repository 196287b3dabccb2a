"""The page of the indicators of a dataset, and the script of its figures."""

from opendata.files import write_text
from opendata.pages.outlines import TOLERANCES, outlines_of
from opendata.pages.read import Shown, about_dataset, files_of, seal
from opendata.pages.scripts import script_name, write_page, written_from
from opendata.paths import Paths
from opendata.release.store import read_table

_TABLE = "indicateurs-"


def write_indicators(shown: Shown, paths: Paths) -> str:
    """Write ``indicateurs.html`` and its script; the name of the script, "" without tables."""
    from opendata.site.assets import assets_folder
    from opendata.site.indicators import render_indicators, summary_of
    from opendata.site.indicators_data import indicators_data

    page = paths.dataset(shown.dataset) / "indicateurs.html"
    made_from = (seal(shown.folder), shown.catalogue.fingerprint)
    script = script_name("indicateurs", made_from)
    if written_from(page, made_from) and (page.parent / script).is_file():
        return script
    levels = {
        level: read_table(shown.folder, f"{_TABLE}{level}")
        for level in TOLERANCES
        if (shown.folder / f"{_TABLE}{level}.csv").is_file()
    }
    if "departements" not in levels:
        return ""
    outlines = {level: outlines_of(shown.folder, level) for level in levels}
    data = indicators_data(levels, outlines)
    write_text(page.parent / script, data.script)
    values = {
        **about_dataset(shown, page.name),
        "base": f"releases/{shown.version}",
        "files": [one for one in files_of(shown, metadata=False) if one["name"].startswith(_TABLE)],
        "levels": data.levels,
        "left_out": data.left_out,
        "summary": summary_of(levels["departements"]),
        "scripts": {"assets": f"../{assets_folder()}", "data": script},
    }
    write_page(page, render_indicators(values), made_from)
    return script

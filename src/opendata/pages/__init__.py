"""The pages beside the releases: of each dataset and its releases, and of the catalogue.

They derive from the published folders and the catalogue alone, so they can be written again at
any moment; they link to the immutable folder of the version they show, never to a moving target.

    index.html, catalogue.*, feed.atom, assets/<hash>/        pages.home
    <dataset>/index.html, lieux-<key>.js                      pages.dataset
    <dataset>/indicateurs.html, indicateurs-<key>.js          pages.indicators
    <dataset>/<version>.html                                  pages.release
"""

from opendata.feeds import write_catalogue_feed, write_dataset_feed
from opendata.files import write_text
from opendata.model import Dataset
from opendata.pages.dataset import dataset_page
from opendata.pages.home import write_home
from opendata.pages.indicators import write_indicators
from opendata.pages.read import catalogue_of, release_of
from opendata.pages.release import write_releases
from opendata.pages.scripts import sweep_scripts
from opendata.paths import Paths
from opendata.release.store import latest, withdrawals, write_history

__all__ = ["write_pages"]


def write_pages(dataset: Dataset, paths: Paths) -> None:
    """Write everything that is beside the releases of a dataset, then the home page.

    The page of the dataset comes after those it links to, and what it no longer needs goes last.
    """
    folder = latest(paths, dataset.id)
    if folder is None:
        return
    write_history(paths, dataset.id, withdrawals(paths, dataset.id), folder.name)
    from opendata.site import render_dataset
    from opendata.site.assets import write_assets

    write_assets(paths.published)
    catalogue = catalogue_of(paths)
    shown = release_of(folder, catalogue)
    kept = {write_indicators(shown, paths)}
    write_releases(dataset.id, catalogue, paths)
    page = dataset_page(dataset, shown, paths)
    write_text(paths.dataset(dataset.id) / "index.html", render_dataset(page))
    sweep_scripts(paths.dataset(dataset.id), {*kept, page["scripts"].get("data", "")})
    write_dataset_feed(dataset.id, paths)
    write_home(catalogue, paths)
    write_catalogue_feed(paths)

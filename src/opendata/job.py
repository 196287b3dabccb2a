"""What a run is about: a dataset, its sources, and what persons wrote about both."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from opendata.catalog import (
    check_settings,
    load_catalogue,
    load_corrections,
    load_dataset,
    load_dataset_sources,
    load_decisions,
)
from opendata.errors import CatalogError, UsageError
from opendata.geocode.communes import load_reference
from opendata.licences import is_share_alike
from opendata.model import Catalogue, Correction, Dataset, Decisions, Source
from opendata.paths import Paths
from opendata.territory import departements_of


@dataclass(frozen=True)
class Job:
    """A dataset and the sources that take part in it, best ranked first.

    ``left_out`` are the share-alike sources the steward has not turned on.
    """

    dataset: Dataset
    sources: tuple[Source, ...]
    left_out: tuple[Source, ...]
    to_fetch: frozenset[str]
    corrections: tuple[Correction, ...] = ()
    corrections_fingerprint: str = ""
    decisions: Decisions = field(default_factory=Decisions)
    catalogue: Catalogue = field(default_factory=Catalogue)

    @property
    def closes_after(self) -> dict[str, int]:
        """Days after which a place that a source no longer describes is closed, by source."""
        return {source.id: source.closes_after_days for source in self.sources}


def prepare(
    dataset_id: str, paths: Paths, *, only: Iterable[str] = (), fetching: bool = True
) -> Job:
    """Read and check the catalogue; nothing is fetched before this has passed.

    ``only`` names the sources to fetch (default: all); the others use their last copy.
    Raises CatalogError, or UsageError for a source the dataset does not have.
    """
    check_settings(paths)
    dataset = load_dataset(dataset_id, paths)
    _check_territory(dataset, paths)
    everything = load_dataset_sources(dataset, paths)
    kept = [one for one in everything if dataset.share_alike or not is_share_alike(one)]
    left_out = [one for one in everything if one not in kept]
    wanted = frozenset(only)
    for name in sorted(wanted - {source.id for source in kept}):
        listed = ", ".join(source.id for source in kept)
        raise UsageError(
            "source_etrangere",
            fr=f"La source « {name} » n'est pas du jeu de données « {dataset_id} » ; "
            f"ses sources : {listed}.",
            en=f"The source “{name}” is not one of the dataset “{dataset_id}”; "
            f"its sources: {listed}.",
        )
    names = wanted or frozenset(source.id for source in kept)
    corrections, fingerprint = load_corrections(dataset_id, dataset.sources, paths)
    to_fetch = names if fetching else frozenset()
    decisions = load_decisions(dataset_id, paths)
    return Job(
        dataset, tuple(kept), tuple(left_out), to_fetch, corrections, fingerprint, decisions,
        load_catalogue(paths),
    )  # fmt: skip


def _check_territory(dataset: Dataset, paths: Paths) -> None:
    communes = load_reference(paths).frame
    for territory in dataset.territory:
        if not departements_of(communes, [territory]):
            raise CatalogError(
                "territoire_inconnu",
                fr=f"{dataset.path.name} : « territory » vaut « {territory} », qui ne contient "
                "aucune commune : corrigez le code (exemple : region:24).",
                en=f"{dataset.path.name}: “territory” is “{territory}”, which holds no commune: "
                "correct the code (for example region:24).",
            )

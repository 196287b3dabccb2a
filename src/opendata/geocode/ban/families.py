"""Which streets are a commune's: today's commune, those it was made of, its arrondissements.

Address files follow mergers late, and people later still: the streets of a former commune are
sought under its old code, its new one, and the postcode of either.
"""

from collections import defaultdict
from collections.abc import Iterable

from opendata.geocode.ban.index import Index
from opendata.geocode.gazetteer import CommuneReference


class Families:
    """The communes of a reference, as the matcher needs them."""

    def __init__(self, reference: CommuneReference) -> None:
        self._reference = reference

    def by_departement(self, codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Communes of today, grouped by the département whose file holds their streets."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for code in codes:
            departement = self._reference.departement.get(code, "")
            if departement:
                found[departement].append(code)
        return {departement: tuple(group) for departement, group in sorted(found.items())}

    def around(self, codes: tuple[str, ...], postcode: str) -> dict[str, tuple[str, ...]]:
        """Where else a street may be: the postcode's other communes, the city's other parts."""
        city = self._reference.city
        others = dict.fromkeys(self._reference.by_postcode.get(postcode, ()))
        for code in codes:
            parent = city.get(code, code)
            if parent != code:
                others[parent] = None
        return self.by_departement(code for code in others if code not in codes)

    def whole(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Some communes, and the cities they are arrondissements of: where a street goes on."""
        city = self._reference.city
        return tuple(dict.fromkeys(one for code in codes for one in (code, city.get(code, code))))

    def streets_of(self, index: Index) -> dict[str, tuple[str, ...]]:
        """Commune of today -> the codes under which ``index`` has its streets.

        A city has those of all its arrondissements.
        """
        reference = self._reference
        found: defaultdict[str, list[str]] = defaultdict(list)
        for code in index.slices:
            today = reference.today.get(code, code)
            found[today].append(code)
            city = reference.city.get(today, today)
            if city != today:
                found[city].append(code)
        return {today: tuple(codes) for today, codes in found.items()}

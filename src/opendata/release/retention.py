"""Which old releases may go. A pure rule over versions; the last one never goes."""

from collections.abc import Collection, Sequence

from opendata.model import Retention
from opendata.release.versions import version_key


def expired(
    rule: Retention, versions: Sequence[str], current: str, withdrawn: Collection[str] = ()
) -> list[str]:
    """The versions to delete, oldest first.

    ``versions`` are those on disk, oldest first, ``current`` the one readers get. Kept are
    ``current`` and the one before it (what a rollback goes to), all that are newer (withdrawn
    ones, whose ids were seen), the ``keep_last`` newest, and the last of each of the
    ``keep_months`` months up to that of the newest. The clock plays no part.
    """
    if not versions:
        return []
    standing = [version for version in versions if version not in withdrawn]
    older = [one for one in standing if version_key(one) < version_key(current)]
    newer = [one for one in versions if version_key(one) > version_key(current)]
    kept = {current, *older[-1:], *newer, *versions[-max(rule.keep_last, 2) :]}
    last_of_month = {_month(version): version for version in standing}
    newest = _month(versions[-1])
    kept |= {
        version for month, version in last_of_month.items() if newest - month < rule.keep_months
    }
    return [version for version in versions if version not in kept]


def _month(version: str) -> int:
    year, month, _ = version_key(version)[0].split("-")
    return 12 * int(year) + int(month)

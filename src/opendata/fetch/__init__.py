"""Source -> Snapshot: conditional, streamed, bounded and hashed.

Whatever arrives is first written to a ``.part`` file, looked at, and only then given
its place in ``data/raw/<source>/``; an error page, a cut download or a kill never
touches the copies that are already there.
"""

from opendata.fetch.job import deposit, fetch, last_copy, utc_now
from opendata.fetch.log import FetchLog, fetch_log
from opendata.fetch.store import snapshots

__all__ = ["FetchLog", "deposit", "fetch", "fetch_log", "last_copy", "snapshots", "utc_now"]

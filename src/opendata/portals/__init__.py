"""Put a dataset on a portal, and keep it there in step with its latest release.

    datapackage.json ─► wanted ─► aim, in the portal's words ┐
                                            the portal, read ┴─► difference (plan) ─► carried out

Nothing is written without a plan that says so. What a push left undone, the next one's plan shows:
plans come from what the portal holds, not from what is remembered of it.
"""

from opendata.portals.client import PortalError
from opendata.portals.kinds import KINDS
from opendata.portals.plan import Plan, planned
from opendata.portals.push import Pushed, apply

__all__ = ["KINDS", "Plan", "PortalError", "Pushed", "apply", "planned"]

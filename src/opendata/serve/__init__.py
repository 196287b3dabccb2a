"""``data/published/`` over HTTP: ranges, any origin, nothing else of the installation.

``places`` says which file an address is, ``conditions`` which of its bytes are asked for,
``body`` reads them, ``listing`` writes what has no file, ``app`` puts these together for any
ASGI server, and ``server`` is the one that ``opendata serve`` runs.
"""

from opendata.serve.app import Served, Site
from opendata.serve.server import address_of, has_catalogue, listen, server_of

__all__ = ["Served", "Site", "address_of", "has_catalogue", "listen", "server_of"]

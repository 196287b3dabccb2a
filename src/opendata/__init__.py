"""opendata: publish a region's digital places as open data that can be trusted."""

__version__ = "0.1.0"

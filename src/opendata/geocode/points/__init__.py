"""Where on the map a row is put, and how much its point can be trusted."""

from opendata.geocode.points.geometry import distance_km
from opendata.geocode.points.rule import place_points

__all__ = ["distance_km", "place_points"]

"""Typed values of spreadsheets and vector files as the text their table would show.

Imports nothing of the project and little else: the sheet worker runs it on its own.
"""

import datetime
import math
from decimal import Decimal
from typing import Any


def cell_text(value: Any) -> str:
    """``45100.0`` -> ``45100``, ``2.5`` -> ``2.5`` (no exponent), dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return "|".join(filter(None, map(cell_text, value)))
    return str(value)


def number_text(value: float) -> str:
    """The shortest decimal writing of a float, without exponent; "" when not finite."""
    if not math.isfinite(value):
        return ""
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text

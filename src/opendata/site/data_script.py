"""Data as a script that hands them to the page: what a page opened from a disk may load."""

import json

#: What could end a script element, or a line of it, should anyone paste the text in a page.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def script_json(value: object) -> str:
    """Compact JSON that stays inert inside a script element. Raises ValueError for NaN."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_ESCAPED)


def data_script(name: str, written: str) -> str:
    """The script that makes JSON the value of ``window.opendata.<name>``."""
    return f"window.opendata = window.opendata || {{}};\nwindow.opendata.{name} = {written};\n"

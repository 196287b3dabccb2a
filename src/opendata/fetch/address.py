"""How an address may be shown, written down or compared."""

import re

_USERINFO = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)
_SECRET_PARAMETER = re.compile(
    r"([?&](?:access_?token|token|auth|api[_-]?key|key|password|passwd|pwd|secret|sig|signature)=)"
    r"[^&#]*",
    re.IGNORECASE,
)


def public_url(url: str) -> str:
    """The URL without its userinfo and with the values of secret parameters hidden.

    >>> public_url("https://eve:pw@exemple.fr/lieux.csv?token=abc&page=1")
    'https://exemple.fr/lieux.csv?token=***&page=1'
    """
    return _SECRET_PARAMETER.sub(r"\1***", _USERINFO.sub(r"\1", url))

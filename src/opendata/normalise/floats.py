"""Numbers that a program or a spreadsheet wrote with a power of ten."""

import re


def all_digits(found: re.Match[str], most_zeros: int) -> str:
    """The number behind a scientific notation that gives all its digits, else the notation.

    The groups of ``found`` are the first digit, the point, the decimals, the sign of the power
    and the power. Programs write a float exactly (``1.4567891E8``), without the zeros at its end,
    of which ``most_zeros`` are believed; spreadsheets (``1,45679E+08``) round it to what the
    column shows.
    """
    whole, point, decimals, plus, power = found.groups()
    missing = int(power) - len(decimals)
    rounded = missing and (plus or point == ",")
    if not 0 <= missing <= most_zeros or rounded:
        return found[0]
    return whole + decimals + "0" * missing

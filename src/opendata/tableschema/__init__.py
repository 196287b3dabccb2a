"""Table Schema, checked column by column instead of cell by cell.

Frictionless is the reference: same errors, same rows, same fields (docs/architecture.md).
It reads the schema and the header, and it alone condemns a cell; the kernels here only
*acquit* cells in bulk, and each distinct text they are not certain of is put to it once.
"""

from opendata.tableschema.find import find_errors
from opendata.tableschema.lines import ERROR_COLUMNS, messages

__all__ = ["ERROR_COLUMNS", "find_errors", "messages"]

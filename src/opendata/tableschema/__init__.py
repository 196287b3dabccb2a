"""Table Schema, checked column by column instead of cell by cell.

Frictionless is the reference: same errors, same rows, same fields (docs/architecture.md).
"""

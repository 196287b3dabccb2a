"""From a file nobody described yet to a source of the catalogue.

``mednum`` converts a mapping file of mednum-cli; ``profile`` and ``draft`` look at a file
and propose a mapping. What they write is a source TOML like any other: a person reads it.
"""

"""From a file nobody described yet to a source of the catalogue.

``mednum`` converts a mapping file of mednum-cli. ``draft`` looks at a file and proposes a
mapping, in this order, each step knowing only those before it::

    layout     how the file is read        cells, recognise   what kind of value a cell is
    profile    what each column holds      headers, clues     what the header of a column says
    fees                                   what a column of prices says
    rules, proposal                        the mapping in the making
    decisions/*, guess, closed_lists       which column fills which field
    promise, draft_text, examples, draft   the TOML, run on the file
    first_looks                            what a person is told of it

What they write is a source TOML like any other: a person reads it.
"""

"""One module per decision on which columns fill a field.

Each has ``decide(found)`` (by_clue: with the clue as well), which reads the columns that are
still free and adds to the guess. They do not know one another but for :mod:`.by_clue`, which
ranks columns for several of them; their order is in :mod:`opendata.onboard.guess`.
"""

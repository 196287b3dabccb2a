"""The embedded geocoder measured beside a real addok: see ``benchmarks/geocode.py``.

``names`` and ``noise`` hold what is known here of how French addresses are written; they were
written for these queries alone and share no table with what they measure. ``reference`` reads
the BAN files, ``queries`` and ``hard_queries`` draw from them, ``score`` judges answers,
``calibration`` compares scores with what came true, ``ours``, ``addok`` and ``departements``
run the programs.
"""

"""Make a model agree with what was observed.

Empty so far. It will hold the fitting of a model's parameters to observed counts and published contrasts, and
hand over one file of parameter draws, which :mod:`simcore` reads. It looks at ``simcore`` and never at
``scenarios``.
"""

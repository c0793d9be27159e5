"""Make a model agree with what was observed, and say how well it does.

A config names free parameters and targets; what comes out is one file of draws for each structure, which
:mod:`simcore` reads. It looks at ``simcore`` and never at ``scenarios``. docs/calibration.md is the way in.
"""

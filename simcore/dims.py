"""The one vocabulary: names of the dimensions that every model and result shares.

A model adds its own stratum dimensions (England: ``year``, ``imd_decile``) and variables; these
names are reserved for what the engine itself brings.
"""

ARM = "arm"
DRAW = "draw"
YEAR = "year"
CAUSE = "cause"
AGE_BAND = "age_band"
SLICE = "slice"

RESERVED = frozenset({ARM, DRAW, CAUSE, AGE_BAND, SLICE, "birth", "day_of_death"})

"""From the copied evidence to the model's tables, the same on every run.

``python -m simcore.models.england.build`` writes the tables beside ``model.yaml``; ``--check`` writes
nothing and fails when a shipped table differs; ``--report`` prints each published death table beside the
target it was reconciled to. How each rule works is in ``docs/england.md``.

The figures flow one way: `evidence` and `numbers`, then `births`, `families`, `exposures` and `deaths`, then
`effects`; `observed` and `margins` look back at them, and `tables` lists what is written.
"""

"""The same workload by other means: exact enumeration, NumPy, C. Nothing here uses the engine."""

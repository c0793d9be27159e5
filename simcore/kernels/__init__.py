"""Compiled kernels: arrays in, arrays out. Beside the standard library they see NumPy, Numba and each other."""

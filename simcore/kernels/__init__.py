"""Compiled kernels: arrays in, arrays out. They import numpy, numba, math and each other, nothing else."""

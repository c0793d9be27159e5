"""Workload W1 as an ordinary model folder and scenario; `build` derives its tables from the parameters."""

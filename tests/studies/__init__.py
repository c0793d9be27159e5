"""The claims of chance in `tests`, put to many times as many births, draws and keys: ``python -m tests.studies``."""

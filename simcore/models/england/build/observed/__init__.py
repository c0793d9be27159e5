"""Births and deaths by group, as published and with unlinked deaths shared out: what the model is compared with."""

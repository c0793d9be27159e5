"""The England model: tables, evidence and the derivation that leads from one to the other."""

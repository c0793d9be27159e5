"""Sentences that are true of a run: chosen by rules from its figures, never beyond what an interval supports."""

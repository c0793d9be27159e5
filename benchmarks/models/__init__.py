"""Invented models for measuring; nothing of them is in engine code."""

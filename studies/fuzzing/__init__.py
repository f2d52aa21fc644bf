"""Readers, small good files, and ways to damage them: what ``scripts/fuzz.py`` tries."""

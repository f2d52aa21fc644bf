"""Mutants of the source, and the tests that must notice them: what ``scripts/mutate.py`` runs."""

"""Trainings that start from the features of another classification of events."""

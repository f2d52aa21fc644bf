"""Rows and pictures of the published tables."""

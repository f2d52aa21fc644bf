"""Equality of implementations with the reference, for all inputs."""

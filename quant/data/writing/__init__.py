"""Writing jet files, whole or not at all."""

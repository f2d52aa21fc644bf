"""Pipeline stages: which cell is computed when, and which registers keep its result."""

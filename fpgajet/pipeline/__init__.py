"""The build: stages in order, each with files in and files out, skipped when nothing it reads has changed."""

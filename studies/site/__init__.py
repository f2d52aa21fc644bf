"""Pages of the documentation site that are written from the code: commands, file formats, the zoo."""

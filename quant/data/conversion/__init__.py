"""Public jet formats, read in pieces and brought into fpgajet's layout."""

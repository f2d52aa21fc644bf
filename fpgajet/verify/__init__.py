"""The proof that all implementations of a network give the same bits."""

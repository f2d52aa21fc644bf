"""Opening files that a user hands in, and reading jets from them; nothing is unpickled or trusted."""

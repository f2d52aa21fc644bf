"""Hardware used several times by one jet: which equal parts of a circuit share it, and what that takes."""

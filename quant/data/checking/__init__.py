"""What can be wrong with jets, and the words for it."""

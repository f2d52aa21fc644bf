"""What a set of jets looks like: facts, a dataset card, a page of plots."""

"""Jets from Pythia 8 through a fast detector: recipe, events, detector, clustering, shards."""

"""Boosted trees (xgboost) beside the networks, and their firmware by conifer."""

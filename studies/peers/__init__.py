"""Taggers of other tools on the same jets: trained with HGQ2 or conifer, and counted with the tools of this project."""

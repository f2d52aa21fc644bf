"""Published builds, and the descriptions of their hardware that the model is fitted on."""

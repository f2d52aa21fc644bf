"""Public formats of jets, each in one module as a :class:`~quant.data.conversion.source.Source`."""

"""Foreign checkpoints: weights that others trained, as checkpoints of fpgajet.

===================  ==============================================================================
``foreign``          :class:`ForeignNPelican`, the numbers of a foreign nanoPELICAN in one convention
``state_dict``       PELICAN-nano's ``.pt``, read without unpickling anything but tensors
``arrays``           ``.npz`` of PELICAN-nano's HGQ port
``weights_header``   the header ``weights.h`` of the published firmware
``formula``          the network of arXiv 2310.16121 written out pair by pair, in NumPy
``run``              import: our model, compared with the formula, calibrated, saved
===================  ==============================================================================
"""

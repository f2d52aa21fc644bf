"""What ``fpgajet eval`` and ``fpgajet compare`` show beyond numbers: the equivariance study and figures."""

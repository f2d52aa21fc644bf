"""fpgajet: Lorentz-equivariant jet taggers on FPGAs, exact from training to firmware."""

__version__ = "0.1.0"

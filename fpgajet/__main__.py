"""``python -m fpgajet``."""

from fpgajet.cli import main

main()

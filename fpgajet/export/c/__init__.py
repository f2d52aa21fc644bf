"""The C emulator: a network as plain integer C with a plain C interface.

``body``      the statements of the network, from the scalar graph
``package``   the files of an export: header, source, test program, Makefile, Python module
``library``   compiles an export and calls it from numpy
"""

from fpgajet.export.c.library import Emulator, compile_emulator
from fpgajet.export.c.package import CPackage, write_package, write_sources

__all__ = ["CPackage", "Emulator", "compile_emulator", "write_package", "write_sources"]

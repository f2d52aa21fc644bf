"""The target ``cmssw``: an emulator repository as CMS keeps them, around the plain-integer C.

``package``   the files of the repository
``build``     compiles it with the Makefile it ships, and runs its test program
"""

from fpgajet.export.cmssw.build import check_repository
from fpgajet.export.cmssw.package import Repository, write_repository

__all__ = ["Repository", "check_repository", "write_repository"]

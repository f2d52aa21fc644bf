"""Verilog files with one deliberate fault: what `fpgajet prove` has to notice.

============  ====================================================
``faults``    kinds of faults in stages, top module and library
``choose``    seeded random mutants of a design's files
``judging``   the proof, the simulation and the search for one of them
============  ====================================================
"""

"""The circuit as data: cells with exact integer meaning, their netlist, how to build and evaluate one, and rough costs."""

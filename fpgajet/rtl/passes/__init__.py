"""Rewritings of the netlist for the cells of an FPGA; none of them changes a bit of the result."""

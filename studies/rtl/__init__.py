"""Rows of the tables about our own Verilog, and the designs that they are about."""

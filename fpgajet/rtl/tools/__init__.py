"""Open tools that simulate a design and count its cells: Verilator, GHDL, Yosys."""

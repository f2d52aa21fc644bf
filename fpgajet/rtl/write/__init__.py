"""The scheduled netlist as Verilog and VHDL."""

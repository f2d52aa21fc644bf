"""From a network to cycle-exact Verilog: traced by alkaid, pipelined, simulated by Verilator, synthesised by Yosys."""

"""Place and route with open tools: Yosys and nextpnr, which the extra ``board`` brings.

``families``  what differs between the families of FPGAs: commands, names of cells
``harness``   the tagger behind shift registers, so that pins do not limit it
``netlist``   from Verilog to the cells of a family
``pins``      constraint files
``router``    one run of nextpnr, and the bitstream
``paths``     the critical path of a run, by stage and operator
``origins``   which operator of the network a cell of the circuit belongs to
``simulation`` the netlist, simulated
``proof``     the netlist, proved equal to its Verilog
``routed``    several seeds, and the row of the report
"""

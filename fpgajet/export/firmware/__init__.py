"""Exports of the Verilog (and VHDL) of a build.

``core``        the sources of the tagger under the export's own names
``interface``   what every bit of the inputs and the outputs means
``words``       jets as packets of 64-bit words
``ports``       a top module with named ports
``axi_stream``  a top module between two AXI4-Streams; ``ipxact`` describes it as an IP core
"""

"""Exports of the Verilog (and VHDL) of a build.

``core``       the sources of the tagger under the export's own names
``interface``  what every bit of the inputs and the outputs means
``ports``      a top module with named ports
"""

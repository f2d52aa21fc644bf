"""The written Verilog read back as exact integer operations: what is proved is the files.

==============  =====================================================================
``modules``     Yosys' reading of the files: modules, cells, who drives which bit
``hierarchy``   bits followed through instances, registers and known multiplexers to where they are computed
``vectors``     numbers from bits: slices, sign extensions, tables
``operations``  the meaning of every cell
``library``     modules of our library with a meaning of their own, checked for all inputs
``circuit``     outputs of the whole design, its latency and its valid bit
==============  =====================================================================
"""

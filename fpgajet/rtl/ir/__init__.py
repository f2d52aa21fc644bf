"""The circuit as data: cells with exact integer meaning, their netlist, a builder, values, delays and areas."""

"""From a network to a netlist: fpgajet's operators on alkaid's symbols."""

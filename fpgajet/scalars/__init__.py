"""A network as one graph of exact integer operations on scalars.

Every operator's ``forward`` is evaluated on symbols. The result is hash-consed: equal expressions are one node.
Each node carries the range of integers that it can take. Whoever needs the whole network as plain integer
arithmetic starts here: the C emulator today.

=============  =====================================================================
``graph``      the nodes, their ranges, and local simplifications
``arithmetic`` operators evaluated on nodes; ``scalar_network`` does a whole network
``evaluate``   the graph in numpy, over many events
=============  =====================================================================
"""

from fpgajet.scalars.arithmetic import ScalarNetwork, scalar_network
from fpgajet.scalars.evaluate import evaluate
from fpgajet.scalars.graph import ScalarGraph
from fpgajet.scalars.node import Op, Scalar

__all__ = ["Op", "Scalar", "ScalarGraph", "ScalarNetwork", "evaluate", "scalar_network"]

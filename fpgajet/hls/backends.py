"""hls4ml's back ends that fpgajet supports."""

from __future__ import annotations

#: Name for users to hls4ml's name.
BACKENDS = {"vitis": "Vitis", "vivado": "Vivado"}

"""Where a float model is trained."""

from __future__ import annotations

from enum import StrEnum

from fpgajet.errors import BadInput


class Device(StrEnum):
    """What to ask for; ``auto`` is CUDA where there is a GPU."""

    CPU = "cpu"
    CUDA = "cuda"
    AUTO = "auto"


def pick_device(wanted: Device) -> str:
    """``cpu`` or ``cuda``.

    Raises:
        BadInput: CUDA is asked for and torch has none.
    """
    import torch

    available = torch.cuda.is_available()
    if wanted is Device.CUDA and not available:
        reason = "this torch was built without CUDA" if torch.version.cuda is None else "no GPU is visible"
        raise BadInput(
            f"--device cuda: {reason}. Install a CUDA build of torch on a machine with a GPU, or give "
            "--device cpu: one core trains these small models in minutes."
        )
    return "cuda" if available and wanted is not Device.CPU else "cpu"

"""Records of epochs in words; free of torch, so that the command line starts quickly."""

from __future__ import annotations

from typing import Any


def epoch_line(fit: str, record: dict[str, Any]) -> str:
    """What an epoch's record says, in one line for people."""
    loss = record.get("loss", record["validation_loss"])
    return (
        f"{fit:10} epoch {record['epoch']:3}  loss {loss:.4f}  validation loss "
        f"{record['validation_loss']:.4f}  validation AUC {record['auc']:.4f}"
    )

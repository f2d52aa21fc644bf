"""Training throughput: jets a second of our float training step beside the formula written out.

    python scripts/bench_train.py [--constituents 16] [--hidden 2] [--batch 512] [--seconds 5] [--dropout 0.01]

The yardstick (``quant.models.npelican.plain``) is the public formula in float32: N x N x 6 aggregator tensors, masked
batch norm, autograd. Both do the same: forward, loss, backward, AdamW, on the same jets, one thread, in turns.
Ours uses torch's fused AdamW, as training does; the yardstick the default one. With ``--dropout``, which the fused sums
cannot express, ours is the compiled loop (``compiled=true``).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from quant.models.loss import logit_loss
from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.npelican.floating import NPelican
from quant.models.npelican.new_model import new_model
from quant.models.npelican.plain import plain_scores
from quant.training.data import load_sample


def stepper(
    model: NPelican, scores: Callable[[Tensor], Tensor], fused: bool
) -> Callable[[Tensor, Tensor], None]:
    """One training step of ``model`` on momenta [B, N, 4] and labels [B]; ``fused``: one kernel for AdamW."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.0, fused=fused)

    def step(p: Tensor, label: Tensor) -> None:
        loss = logit_loss(scores(p).to(label.dtype), label)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()

    return step


def main() -> None:
    """Measure in alternating slices, so that a busy machine slows both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="a jet file or a directory of them")
    parser.add_argument("--constituents", type=int, default=16)
    parser.add_argument("--hidden", type=int, default=2)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each of the two")
    parser.add_argument("--dropout", type=float, default=0.0)
    given = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(0)
    sample = load_sample(given.data, given.constituents, max_jets=20_000)
    sizes = Architecture(given.constituents, given.hidden)
    ours, plain = (
        new_model(sizes, NBAR, compiled=bool(dropout), dropout=dropout) for dropout in (given.dropout, 0)
    )
    name_of_ours = "compiled" if given.dropout else "fused"
    steps = {
        name_of_ours: stepper(ours, ours, True),
        "plain": stepper(plain, lambda p: plain_scores(plain, p, given.dropout), False),
    }
    spent = dict.fromkeys(steps, 0.0)
    done = dict.fromkeys(steps, 0)
    generator = torch.Generator().manual_seed(0)
    while min(spent.values()) < given.seconds:
        rows = torch.randperm(len(sample), generator=generator)[: given.batch]
        rows = rows[torch.argsort(sample.slots[rows])]
        for name, step in steps.items():
            warm = done[name] > 0
            start = time.process_time()
            for _ in range(4):
                step(sample.momenta.index_select(0, rows), sample.label[rows])
            spent[name] += (time.process_time() - start) * warm
            done[name] += 4 * given.batch
    rates = {name: (done[name] - 4 * given.batch) / spent[name] for name in steps}
    facts = {"constituents": given.constituents, "hidden": given.hidden, "batch": given.batch}
    facts |= {"dropout": given.dropout} if given.dropout else {}
    facts |= {f"{name}_jets_per_second": round(rate) for name, rate in rates.items()}
    print(json.dumps(facts | {"speedup": round(rates[name_of_ours] / rates["plain"], 2)}))


if __name__ == "__main__":
    main()

"""ROOT trees (TTree or RNTuple) through uproot: JetClass, NanoAOD, or jets of the CMS Level-1 trigger.

JetClass-like:  one jet a row; branches ``part_px``, ``part_py``, ``part_pz``, ``part_energy`` and one-hot
                ``label_*``.
NanoAOD-like:   one event a row; ``PFCands_pt`` / ``_eta`` / ``_phi`` / ``_mass``, ``FatJetPFCands_jetIdx``
                and ``FatJetPFCands_pFCandsIdx``; the class is the user's to name.
Level-1 jets:   eight classes, see :mod:`quant.data.conversion.level1_jets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.errors import BadInput, require_extra
from quant.data.conversion.columns import LIST_COLUMNS, ONE_HOT, one_hot_columns
from quant.data.conversion.level1_jets import (
    CLASSES,
    FIELDS,
    MATCHES,
    PREFIXES,
    level1_columns,
    level1_labels,
    level1_momenta,
)
from quant.data.conversion.source import ForeignJets
from quant.data.reading.boundary import reading, require_regular_file

TREE_CLASSES = ("TTree", "ROOT::RNTuple", "ROOT::Experimental::RNTuple")
LINKS = ("FatJetPFCands_jetIdx", "FatJetPFCands_pFCandsIdx")
CANDIDATES = ("PFCands_pt", "PFCands_eta", "PFCands_phi", "PFCands_mass")


class RootTree:
    """See the module. Each jet has as many constituents as it needs (``slots`` None).

    Args:
        class_name: the one class of a NanoAOD-like file (a sample is of one process).
        classes: all classes of the data set that the file is to be part of; ``class_name`` is one of them.
        tree: name of the tree; by default the only one, or ``Events`` or ``tree``.

    Raises:
        MissingTool: uproot or awkward is not installed.
        BadInput: no such tree or branches.
    """

    note = ""
    slots = None

    def __init__(
        self,
        path: Path,
        *,
        class_name: str | None = None,
        classes: tuple[str, ...] = (),
        tree: str | None = None,
    ) -> None:
        require_regular_file(path)
        self.path = path
        self._tree, branches = open_tree(path, tree)
        if set(LIST_COLUMNS) <= branches:
            self._labels = one_hot_columns(branches)
            if not self._labels:
                raise BadInput(f"{path}: no branch label_*; the class of each jet must be known.")
            self.classes = tuple(name.removeprefix(ONE_HOT) for name in self._labels)
            self._branches, self._make = (*LIST_COLUMNS, *self._labels), self._flat_piece
        elif columns := level1_columns(branches):
            self.classes = CLASSES
            self._branches, self._make = (*columns, *MATCHES), self._level1_piece
        elif set(LINKS) | set(CANDIDATES) <= branches:
            if class_name is None:
                raise BadInput(f"{path} does not say of which class its jets are: name it with --class-name.")
            self.classes = classes or (class_name,)
            if class_name not in self.classes:
                raise BadInput(f"--class-name {class_name} is not one of --classes {', '.join(classes)}.")
            self._label = self.classes.index(class_name)
            self._branches, self._make = (*LINKS, *CANDIDATES), self._linked_piece
        else:
            missing = sorted(
                (set(LIST_COLUMNS) if "part_px" in branches else {*LINKS, *CANDIDATES}) - branches
            )
            raise BadInput(
                f"{path}: the tree {self._tree.name} lacks {', '.join(missing)}. Known layouts: JetClass "
                f"({', '.join(LIST_COLUMNS)}, label_*), NanoAOD with linked candidates, and jets of the CMS Level-1 "
                f"trigger ({PREFIXES[0]}*, {', '.join(MATCHES)})."
            )

    @property
    def jets(self) -> int:
        """Jets of the file; for NanoAOD the number of events, as the jets are known only once read. Level-1
        jets of no class count too."""
        with reading(self.path):
            return int(self._tree.num_entries)

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        for start in range(0, self.jets, rows):
            with reading(self.path):
                arrays = self._tree.arrays(self._branches, entry_start=start, entry_stop=start + rows)
                piece = self._make(arrays, start)
            yield piece

    def _linked_piece(self, arrays: Any, start: int) -> ForeignJets:
        return linked_piece(self.path, arrays, self._label)

    def _level1_piece(self, arrays: Any, start: int) -> ForeignJets:
        import awkward as ak

        label = level1_labels({name: ak.to_numpy(arrays[name]) for name in MATCHES})
        kept = label >= 0
        columns = self._branches[: len(FIELDS)]
        counts = [ak.to_numpy(ak.num(arrays[name])) for name in columns]
        if any((other != counts[0]).any() for other in counts[1:]):
            raise BadInput(f"{self.path}: {', '.join(columns)} differ in their number of candidates.")
        p4 = level1_momenta(*(padded(arrays[name]) for name in columns))
        return ForeignJets(p4[kept], label[kept])

    def _flat_piece(self, arrays: Any, start: int) -> ForeignJets:
        import awkward as ak

        counts = [ak.to_numpy(ak.num(arrays[name])) for name in LIST_COLUMNS]
        if any((other != counts[0]).any() for other in counts[1:]):
            raise BadInput(f"{self.path}: {', '.join(LIST_COLUMNS)} differ in their number of constituents.")
        one_hot = np.stack([ak.to_numpy(arrays[name]) for name in self._labels], axis=1)
        wrong = np.flatnonzero((one_hot.sum(axis=1) != 1) | ((one_hot != 0) & (one_hot != 1)).any(axis=1))
        if len(wrong):
            raise BadInput(f"{self.path}: row {start + int(wrong[0])} is not of exactly one class label_*.")
        p4 = np.stack([padded(arrays[name]) for name in LIST_COLUMNS], axis=-1)
        return ForeignJets(p4, one_hot.argmax(axis=1), counts[0])


def linked_piece(path: Path, arrays: Any, label: int) -> ForeignJets:
    """Jets of NanoAOD events: every (jet, candidate) link is one constituent."""
    import awkward as ak

    jet, candidate = arrays[LINKS[0]], arrays[LINKS[1]]
    available = ak.num(arrays[CANDIDATES[0]])
    if ak.any(candidate < 0) or ak.any(candidate >= available) or ak.any(jet < 0):
        raise BadInput(f"{path}: a link in {LINKS[1]} points to no candidate.")
    pt, eta, phi, mass = (ak.flatten(arrays[name][candidate]).to_numpy().astype(float) for name in CANDIDATES)
    event = np.repeat(np.arange(len(jet)), ak.to_numpy(ak.num(jet)))
    links = np.stack([event, ak.flatten(jet).to_numpy()], axis=1)
    jets, member = np.unique(links, axis=0, return_inverse=True)
    order = np.argsort(member, kind="stable")
    sizes = np.bincount(member, minlength=len(jets))
    energy = np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2)
    columns = (energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta))
    flat = np.stack(columns, axis=1)[order]
    p4 = np.zeros((len(jets), int(sizes.max(initial=1)), 4))
    slot = np.arange(len(flat)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    p4[np.repeat(np.arange(len(jets)), sizes), slot] = flat
    return ForeignJets(p4, np.full(len(jets), label), sizes)


def padded(jagged: Any) -> Any:
    """A jagged array as a rectangle, zeros at the end of each row."""
    import awkward as ak

    width = max(int(ak.max(ak.num(jagged), initial=0) or 0), 1)
    return ak.to_numpy(ak.fill_none(ak.pad_none(jagged, width, clip=True), 0.0))


def open_tree(path: Path, name: str | None) -> tuple[Any, set[str]]:
    """The tree of a ROOT file and the names of its branches; see :class:`RootTree`."""
    require_extra("uproot", "awkward")  # uproot needs awkward for jagged branches
    import uproot

    try:
        file = uproot.open(path)
        class_of = file.classnames()
        trees = sorted({key.split(";")[0] for key, name_of in class_of.items() if name_of in TREE_CLASSES})
        choices = [name] if name else trees if len(trees) == 1 else ["Events", "tree"]
        found = next((choice for choice in choices if choice in trees), None)
        if found is None:
            raise BadInput(f"{path} has the trees {', '.join(trees) or 'none'}: name one with --tree.")
        return file[found], set(file[found].keys())
    except BadInput:
        raise
    except Exception as error:  # uproot raises whatever a damaged file leads it to
        raise BadInput(
            f"{path} cannot be opened as a ROOT file ({type(error).__name__}): it may be truncated."
        ) from error

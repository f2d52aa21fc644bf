"""fpgajet: Lorentz-equivariant jet taggers on FPGAs, exact from training to firmware.

From Python: ``fpgajet.build("npelican", part="xcvu9p")``, and ``load_jets``, ``train``, ``evaluate``, ``estimate``,
``prove``, ``export``, ``search``, ``verdict``. :mod:`fpgajet.api` documents them; it is loaded with the first use.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "build",
    "estimate",
    "evaluate",
    "export",
    "load_jets",
    "prove",
    "search",
    "train",
    "verdict",
]


def __getattr__(name: str) -> Any:
    """A function of :mod:`fpgajet.api`. No import statement: the packages below would then depend on the ones above."""
    if name in __all__:
        return getattr(importlib.import_module("fpgajet.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _CallablePackage(ModuleType):
    """``fpgajet.estimate``, ``export``, ``prove`` and ``search`` are packages; called, they are functions."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        return getattr(importlib.import_module("fpgajet.api"), self.__name__.rpartition(".")[2])(
            *given, **named
        )


class _TopPackage(ModuleType):
    """Python sets a package as an attribute of its parent once it is imported: it becomes callable then."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in __all__ and isinstance(value, ModuleType):
            value.__class__ = _CallablePackage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _TopPackage

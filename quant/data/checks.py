"""The check of constituents under its old address."""

from quant.data.checking.constituents import check_constituents, find_problems
from quant.data.problems import name_rows

__all__ = ["check_constituents", "find_problems", "name_rows"]

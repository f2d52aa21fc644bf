"""Is a difference between taggers more than noise? Of finished runs, by a jackknife over the jets; of families, by runs
that are trained again on folds or on few jets.
"""

from quant.comparison.jackknife import METRICS, Comparison, Group, compare, grouped, stratified_folds

__all__ = ["METRICS", "Comparison", "Group", "compare", "grouped", "stratified_folds"]

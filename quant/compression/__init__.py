"""Making a trained model smaller: fewer bits, fewer weights, fewer channels and aggregators.

Every step ends as an ordinary checkpoint. What is pruned is pruned in the float model, which is trained on with the
rest and calibrated anew, because binary points that were placed for weights which are gone waste range, and because a
float model trains many times faster than a quantised one; zeros of weights pass through folding and calibration
as zeros. What is judged is the quantised model: see :mod:`quant.compression.magnitude`.
"""

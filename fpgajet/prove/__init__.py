"""Equality of implementations with the reference, for all inputs.

===============  =====================================================================
``polynomials``  polynomials over atoms, with exact coefficients
``atoms``        values that are no polynomial in others; ranges and evaluation
``functions``    functions of one small value or few bits in one form
``algebra``      the operations of a scalar graph on polynomials
``nodes``        nodes of a scalar graph as polynomials
``cones``        comparison of two polynomials for every value of what they depend on
``blocks``       the same for a wide value, a block of its values at a time
``prover``       the proof of a whole implementation
===============  =====================================================================
"""

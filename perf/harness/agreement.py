# SPDX-License-Identifier: Apache-2.0
"""Whether outputs agree with the reference.

Logits and probabilities are compared as log-probabilities: a softmax hides the errors of unlikely classes, its logarithm
keeps those of the logits. The difference is relative to the range of the reference, so the scale of a network's logits
does not matter.

BOUND lies between what fp32 gives in any order of summation and with Winograd (1e-7 to 1e-5 of the range) and what
one rounding of every value to TF32 or fp16 (2^-11, 5e-4) or bf16 (2^-9) gives.
"""
import math

BOUND = 1e-4


def log_softmax(row):
    top = max(row)
    total = math.log(math.fsum(math.exp(v - top) for v in row))
    return [v - top - total for v in row]


def log_probabilities(rows, are_probabilities):
    """A probability of 0 has no logarithm and counts as the least float32."""
    if not are_probabilities:
        return [log_softmax(row) for row in rows]
    return [[math.log(max(p, 1.4e-45)) for p in row] for row in rows]


def difference(found, reference):
    """The greatest |found - reference|, relative to the range of the reference's row; infinite for NaN."""
    if [len(r) for r in found] != [len(r) for r in reference]:
        return math.inf
    worst = 0.0
    for f, r in zip(found, reference):
        if not all(map(math.isfinite, f)):
            return math.inf
        worst = max(worst, max(abs(a - b) for a, b in zip(f, r)) / (max(r) - min(r)))
    return worst

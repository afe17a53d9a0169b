# SPDX-License-Identifier: Apache-2.0
"""From rounds' times to a ratio, its spread and a verdict.

The spread contains the median with 95 % confidence, whatever the distribution of the rounds (the inverted sign test): with
9 rounds from the second least to the second greatest. With fewer than 6 rounds there is no such interval.
"""
import dataclasses
import math
import statistics

MARGIN = 0.02  # less than 2 % apart counts as the same
CONFIDENCE = 0.95
LEAST_ROUNDS = 6


@dataclasses.dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float

    def __str__(self):
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"


def rank(count):
    """How far from either end the interval begins: 1 means from the least to the greatest value, 0 too few values."""
    tail, k = 0.0, 0
    while True:
        tail += math.comb(count, k) / 2**count
        if 2 * tail > 1 - CONFIDENCE:
            return k
        k += 1


def spread(values):
    k = rank(len(values))
    ordered = sorted(values)
    low, high = (ordered[k - 1], ordered[-k]) if k else (0.0, math.inf)
    return Spread(statistics.median(values), low, high)


def ratio_in_turn(ours, theirs):
    """For times taken in turn. A disturbance hits both times of a round, so each round gives a ratio."""
    return spread([a / b for a, b in zip(ours, theirs, strict=True)])


def ratio_of_runs(new, old):
    """For two separate runs, whose rounds are unrelated: the widest spread that theirs allow."""
    n, o = spread(new), spread(old)
    return Spread(n.median / o.median, n.low / o.high, n.high / o.low if o.low else math.inf)


def verdict(ratio):
    """The word for the numerator of the ratio."""
    if ratio.high < 1 - MARGIN:
        return "FASTER"
    if ratio.low > 1 + MARGIN:
        return "SLOWER"
    if ratio.low >= 1 - MARGIN and ratio.high <= 1 + MARGIN:
        return "SAME"
    return "UNCLEAR"


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))

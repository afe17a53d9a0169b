# SPDX-License-Identifier: Apache-2.0
"""Whether fxe's logits agree with a peer's, within derived bounds (docs/design/numerics.md, "A whole network").

fxe gives its exact logits r and the standard deviation sigma of an fp32 error of each. A peer in fp32 and a backend of fxe's
are each within 8 sigma of the truth, so within 16 of each other. If they are not, double precision decides: r and
each backend must be within 16 sigma of it.
"""
import numpy as np

from engine import NAMES

SIGMAS = 16
# Below this share of the differences between images, an error cannot be told from fp32's.
LEAST_SPREAD = 1000


def excess(y: np.ndarray, truth: np.ndarray, bound: np.ndarray):
    """None, or what is wrong: NaN and infinities must be in the same places, the rest within the bound."""
    if y.shape != truth.shape:
        return f"shape {list(y.shape)} instead of {list(truth.shape)}"
    finite = np.isfinite(truth)
    if not np.array_equal(y[~finite], truth[~finite], equal_nan=True) or not np.isfinite(y[finite]).all():
        return "NaN or infinity in other places"
    over = np.where(finite, np.abs(np.where(finite, y, 0) - np.where(finite, truth, 0)) / bound, 0)
    if over.max(initial=0) <= 1:
        return None
    i = np.unravel_index(over.argmax(), over.shape)
    return f"logit {list(map(int, i))} is {y[i]:.9g} instead of {truth[i]:.9g}, {over[i]:.3g} bounds off"


def first_excess(answer, truth, bound):
    for name, y in zip(["exact logits", *NAMES], [answer.exact, *answer.own]):
        if text := excess(y, truth, bound):
            return f"{name}: {text}"
    return None


def is_degenerate(truth: np.ndarray, bound: np.ndarray) -> bool:
    """Whether the case proves nothing: logits not finite, or the same for all images."""
    return not np.isfinite(truth).all() or not (np.ptp(truth, axis=0) > LEAST_SPREAD * bound.max(0)).any()


def judge(answer, peer, double):
    """(outcome, text), with an outcome of equal, degenerate, wrong or unjudged. `peer` and `double` compute logits, or raise."""
    bound = SIGMAS * answer.sigma + 1e-37
    try:
        truth, text = peer(), ""
        text = first_excess(answer, truth, bound)
    except Exception as e:  # a peer's own limits
        truth, text = None, f"the peer fails: {e}"
    if text:
        first = text
        try:
            truth = double()
        except Exception as e:
            return ("unjudged", f"{text}; the evaluation in double precision fails: {e}") if truth is None else ("wrong", text)
        if text := first_excess(answer, truth, bound):
            return "wrong", f"{text} (against ONNX Runtime: {first})" if first != text else text
    return ("degenerate", "") if is_degenerate(truth, bound) else ("equal", "")

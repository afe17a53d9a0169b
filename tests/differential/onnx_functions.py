# SPDX-License-Identifier: Apache-2.0
"""Activations: as one node, with attributes given or at their defaults, and as exporters spell them out."""
import math

import numpy as np

from onnx_writer import Value, Writer


def prelu(w: Writer, x: Value) -> Value:
    # Channels are the first of the image's axes here; [n h w c] gets one slope for all.
    slopes = w.normal(x.shape[0], *[1] * (len(x.shape) - 1), scale=0.3)
    if w.chance(0.3) or len(x.shape) == 3 and x.shape[0] < 2:
        slopes = slopes.flatten()[:1]
    return w.raw("PRelu", [x, w.const(slopes, "slope")], x.shape)


def leaky_relu(w: Writer, x: Value) -> Value:
    return w.op("LeakyRelu", [x], x.shape, {"alpha": 0.01}, alpha=w.choice.choice([0.01, 0.1, 0.2, 0.3]))


def hard_sigmoid(w: Writer, x: Value) -> Value:
    alpha, beta = w.choice.choice([(0.2, 0.5), (1 / 6, 0.5), (0.2, 0.6)])
    return w.op("HardSigmoid", [x], x.shape, {"alpha": 0.2, "beta": 0.5}, alpha=alpha, beta=beta)


def clip(w: Writer, x: Value) -> Value:
    return w.clip(x, *w.choice.choice([(0, 6), (0, 6), (-1, 1), (0, None), (None, 1), (-0.5, 2), (0, 1), (0.5, 3)]))


def scalar(w: Writer, number: float) -> str:
    array = np.float32(number)
    return w.form_free(array if w.chance(0.8) else array.reshape(w.choice.choice([[1], [1, 1]])))


def both(w: Writer, op: str, a, b, shape) -> Value:
    """A commutative operator, either way round."""
    return w.raw(op, [a, b] if w.chance(0.5) else [b, a], shape)


def silu(w: Writer, x: Value) -> Value:
    s = w.raw("Sigmoid", [x], x.shape)
    return both(w, "Mul", x, s, x.shape)


def silu_spelled(w: Writer, x: Value) -> Value:
    e = w.raw("Exp", [w.raw("Neg", [x], x.shape)], x.shape)
    return w.raw("Div", [x, both(w, "Add", e, scalar(w, 1), x.shape)], x.shape)


def hard_swish(w: Writer, x: Value) -> Value:
    if w.opset >= 14 and w.chance(0.4):
        return w.raw("HardSwish", [x], x.shape)
    if w.chance(0.3):
        h = w.op("HardSigmoid", [x], x.shape, alpha=1 / 6, beta=0.5)
        return both(w, "Mul", x, h, x.shape)
    r = w.clip(both(w, "Add", x, scalar(w, 3), x.shape), 0, 6)
    if w.chance(0.5):
        return w.raw("Div", [both(w, "Mul", x, r, x.shape), scalar(w, 6)], x.shape)
    part = w.raw("Div", [r, scalar(w, 6)], x.shape) if w.chance(0.5) else both(w, "Mul", r, scalar(w, 1 / 6), x.shape)
    return both(w, "Mul", x, part, x.shape)


def gelu(w: Writer, x: Value) -> Value:
    if w.opset >= 20 and w.chance(0.5):
        return w.op("Gelu", [x], x.shape, {"approximate": "none"}, approximate=w.choice.choice(["none", "tanh"]))
    if w.opset < 9:
        return silu(w, x)
    if w.chance(0.5):
        z = w.raw("Div", [x, scalar(w, math.sqrt(2))], x.shape)
    else:
        z = both(w, "Mul", x, scalar(w, math.sqrt(0.5)), x.shape)
    o = both(w, "Add", w.raw("Erf", [z], x.shape), scalar(w, 1), x.shape)
    if w.chance(0.5):
        return both(w, "Mul", both(w, "Mul", x, o, x.shape), scalar(w, 0.5), x.shape)
    return both(w, "Mul", both(w, "Mul", x, scalar(w, 0.5), x.shape), o, x.shape)


def numbers(w: Writer, x: Value, scale: float) -> str:
    """Values of about this size, one per channel of an image [c h w], or along the last axis of [h w c] or a row."""
    return w.const(scale * w.uniform(0.5, 1.5, *([x.shape[0], 1, 1] if len(x.shape) == 3 else [x.shape[-1]])), "scale")


def small_step(w: Writer, x: Value) -> Value:
    """A function that is nearly a straight line for its inputs, or for what follows it, but is not one."""
    kind, small = w.choice.choice(["Sigmoid", "Sigmoid", "HardSigmoid", "Relu"]), w.choice.choice([1e-6, 1e-5, 1e-3])
    if w.chance(0.5):
        x = w.raw("Mul", [x, numbers(w, x, 1 / small)], x.shape)
        return w.raw(kind, [both(w, "Mul", x, scalar(w, small), x.shape)], x.shape)
    y = both(w, "Mul", w.raw(kind, [x], x.shape), scalar(w, small), x.shape)
    return w.raw("Mul", [y, numbers(w, x, 1 / small)], x.shape)


def layer_norm(w: Writer, x: Value) -> Value:
    """Over the last axis, spelled out as before operator set 17."""
    mean = w.reduce("ReduceMean", x, [x.rank - 1], True)
    d = w.raw("Sub", [x, mean], x.shape)
    power = w.raw("Pow", [d, scalar(w, 2)], x.shape) if w.chance(0.7) else w.raw("Mul", [d, d], x.shape)
    variance = w.reduce("ReduceMean", power, [x.rank - 1], True)
    root = w.raw("Sqrt", [both(w, "Add", variance, scalar(w, w.choice.choice([1e-5, 1e-6])), variance.shape)], variance.shape)
    y = w.raw("Div", [d, root], x.shape)
    y = both(w, "Mul", y, w.const(w.uniform(0.5, 1.5, x.shape[-1])), x.shape)
    return both(w, "Add", y, w.const(w.normal(x.shape[-1])), x.shape)


def scaled_twice(w: Writer, x: Value) -> Value:
    """A chain of arithmetic with constants, which is one straight line."""
    y = x
    for _ in range(w.choice.choice([2, 3])):
        op = w.choice.choice(["Add", "Mul", "Sub", "Div"])
        number = scalar(w, w.choice.choice([0.5, 2.0, 1.25, -0.75]))
        y = w.raw(op, [number, y] if op != "Div" and w.chance(0.5) else [y, number], x.shape)
    return y


def single(op: str):
    return lambda w, x: w.raw(op, [x], x.shape)


def rare(w: Writer, x: Value) -> Value:
    kinds = ["Elu", "Selu", "Softplus", "Softsign", "Abs", "Tanh"]
    return w.raw(w.choice.choice(kinds), [x], x.shape)


FUNCTIONS = [(single("Relu"), 40), (single("Sigmoid"), 6), (leaky_relu, 6), (clip, 8), (hard_sigmoid, 3), (prelu, 4), (silu, 6),
             (silu_spelled, 1), (hard_swish, 5), (gelu, 4), (small_step, 1.5), (scaled_twice, 2), (rare, 0.4)]
SIMPLE = [(single("Relu"), 5), (leaky_relu, 1), (clip, 1), (silu, 1)]


def pick(w: Writer, table):
    return w.choice.choices([row[0] for row in table], [row[1] for row in table])[0]


def activation(w: Writer, x: Value, simple=False) -> Value:
    return pick(w, SIMPLE if simple else FUNCTIONS)(w, x)

# SPDX-License-Identifier: Apache-2.0
"""Convolutions, poolings and other windows over an image [c h w], in every form of padding."""
import math

import numpy as np

from onnx_functions import activation
from onnx_writer import Value, Writer

MOST_CHANNELS, MOST_ELEMENTS = 48, 6000


def out_size(size, filter, stride, dilation, before, after, up=False):
    span = size + before + after - dilation * (filter - 1) - 1
    if not up:
        return span // stride + 1
    windows = -(-span // stride) + 1
    return windows - 1 if (windows - 1) * stride >= size + before else windows


class Window:
    """Filter, strides, dilations and padding of a convolution or pooling that fit an image."""

    def __init__(self, w: Writer, x: Value, pooling=False, ceil=False):
        choice, sizes = w.choice, x.shape[1:]
        while True:
            self.filter = self._extent(w, [1, 2, 3, 3, 3, 5], [1, 2, 3, 5, 7])
            self.strides = self._extent(w, [1, 2, 2, 3] if pooling else [1, 1, 2], [1, 2, 3])
            self.dilations = [choice.choice([1, 2, 3]) for _ in "hw"] if not pooling and w.chance(0.15) else [1, 1]
            self.auto = choice.choice(["NOTSET"] * 8 + ["SAME_UPPER", "SAME_UPPER", "SAME_LOWER", "VALID"])
            # ONNX Runtime does not accept these together.
            if self.auto.startswith("SAME") and (ceil or self.dilations != [1, 1]):
                continue
            self.pads = self._pads(w, sizes, pooling)
            if min(self.pads) < 0:
                continue
            before, after = self.pads[:2], self.pads[2:]
            self.out = [out_size(*a, up=ceil) for a in zip(sizes, self.filter, self.strides, self.dilations, before, after)]
            fits = all(s + b + a >= d * (f - 1) + 1 for s, f, d, b, a in zip(sizes, self.filter, self.dilations, before, after))
            if fits and min(self.out) >= 1:
                return

    @staticmethod
    def _extent(w, usual, odd):
        return [w.choice.choice(usual)] * 2 if w.chance(0.8) else [w.choice.choice(odd) for _ in "hw"]

    def _pads(self, w, sizes, pooling):
        choice = w.choice
        if self.auto == "VALID":
            return [0, 0, 0, 0]
        if self.auto.startswith("SAME"):
            pads = [0, 0, 0, 0]
            for i in range(2):
                outputs = -(-sizes[i] // self.strides[i])
                total = (outputs - 1) * self.strides[i] + self.filter[i] - sizes[i]
                less, more = total // 2, total - total // 2
                pads[i], pads[i + 2] = (less, more) if self.auto == "SAME_UPPER" else (more, less)
            return pads
        half = [f // 2 * d for f, d in zip(self.filter, self.dilations)]
        kind = choice.choice(["none", "half", "half", "half", "odd"])
        if kind == "odd":
            most = [f - 1 if pooling else f for f in self.filter]
            return [choice.randint(0, m) for m in most + most]
        return half + half if kind == "half" else [0, 0, 0, 0]

    def attributes(self, w: Writer):
        """Now and then leaves out attributes at their defaults."""
        given = {"strides": self.strides, "dilations": self.dilations}
        given = {k: v for k, v in given.items() if v != [1, 1] or w.chance(w.explicit)}
        if self.auto != "NOTSET":
            return {**given, "auto_pad": self.auto}
        if any(self.pads) or w.chance(w.explicit):
            given["pads"] = self.pads
        if w.chance(w.explicit * 0.2):
            given["auto_pad"] = "NOTSET"
        return given


def conv(w: Writer, x: Value, k=None, window=None, groups=None, bias=None) -> Value:
    c = x.shape[0]
    if groups is None:
        groups = w.choice.choice([1, 1, 1, 1, c] + [g for g in (2, 3, 4) if c % g == 0])
    if k is None:
        k = w.choice.choice([3, 4, 6, 8, 8, 12, 16, 16, 24, 32])
    k = max(k // groups, 1) * groups
    window = window or Window(w, x)
    weight = w.normal(k, c // groups, *window.filter, scale=math.sqrt(2 / (c // groups * math.prod(window.filter))))
    inputs = [x, w.const(weight)]
    if w.chance(0.6) if bias is None else bias:
        inputs.append(w.const(w.normal(k, scale=0.3), "bias"))
    attributes = window.attributes(w)
    if w.chance(0.8):
        attributes["kernel_shape"] = window.filter
    return w.op("Conv", inputs, [k, *window.out], {"group": 1}, group=groups, **attributes)


class One(Window):
    """1x1, as it is."""

    def __init__(self, x: Value, stride=1):
        self.filter, self.strides, self.dilations, self.auto, self.pads = [1, 1], [stride] * 2, [1, 1], "NOTSET", [0] * 4
        self.out = [-(-s // stride) for s in x.shape[1:]]


class Same(Window):
    """3x3 that keeps the size, or divides it."""

    def __init__(self, x: Value, stride=1):
        self.filter, self.strides, self.dilations, self.auto, self.pads = [3, 3], [stride] * 2, [1, 1], "NOTSET", [1] * 4
        self.out = [-(-s // stride) for s in x.shape[1:]]


def batch_norm(w: Writer, x: Value) -> Value:
    c = x.shape[0]
    numbers = [w.const(v, h) for v, h in ((w.uniform(0.5, 1.5, c), "gamma"), (w.normal(c, scale=0.3), "beta"),
                                         (w.normal(c, scale=0.3), "mean"), (w.uniform(0.3, 2, c), "var"))]
    epsilon = w.choice.choice([1e-5, 1e-5, 1e-3, 1e-3, 0.1])
    return w.op("BatchNormalization", [x, *numbers], x.shape, {"epsilon": 1e-5, "momentum": 0.9}, epsilon=epsilon,
                momentum=w.choice.choice([0.9, 0.99]))


def conv_block(w: Writer, x: Value) -> Value:
    y = conv(w, x)
    if w.chance(0.5):
        y = batch_norm(w, y)
    return activation(w, y) if w.chance(0.8) else y


def max_pool(w: Writer, x: Value) -> Value:
    ceil = w.opset >= 10 and w.chance(0.3)
    window = Window(w, x, pooling=True, ceil=ceil)
    attributes = window.attributes(w)
    if w.opset < 10 or not w.chance(w.explicit):
        attributes.pop("dilations", None)
    if ceil or (w.opset >= 10 and w.chance(w.explicit)):
        attributes["ceil_mode"] = int(ceil)
    if w.opset >= 8 and w.chance(w.explicit * 0.3):
        attributes["storage_order"] = 0
    indices = [w.fresh("indices")] if w.opset >= 8 and w.chance(0.05) else None
    return w.raw("MaxPool", [x], [x.shape[0], *window.out], indices, kernel_shape=window.filter, **attributes)


def average_pool(w: Writer, x: Value) -> Value:
    ceil = w.opset >= 10 and w.chance(0.25)
    window = Window(w, x, pooling=True, ceil=ceil)
    attributes = window.attributes(w)
    attributes.pop("dilations", None)
    if ceil or (w.opset >= 10 and w.chance(w.explicit)):
        attributes["ceil_mode"] = int(ceil)
    return w.op("AveragePool", [x], [x.shape[0], *window.out], {"count_include_pad": 0}, kernel_shape=window.filter,
                count_include_pad=w.choice.choice([0, 1]), **attributes)


def lrn(w: Writer, x: Value) -> Value:
    return w.op("LRN", [x], x.shape, {"alpha": 1e-4, "beta": 0.75, "bias": 1.0}, size=w.choice.choice([1, 3, 5, 7]),
                alpha=w.choice.choice([1e-4, 0.05, 0.5]), beta=w.choice.choice([0.75, 0.5]), bias=w.choice.choice([1.0, 2.0]))

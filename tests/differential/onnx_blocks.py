# SPDX-License-Identifier: Apache-2.0
"""Blocks of CNN classifiers as exporters write them: from one image [c h w] to another."""
import math

import numpy as np

from onnx_functions import activation, layer_norm
from onnx_windows import (MOST_CHANNELS, MOST_ELEMENTS, One, Same, average_pool, batch_norm, conv, conv_block, lrn, max_pool)
from onnx_writer import Value, Writer


def pad(w: Writer, x: Value) -> Value:
    """Rows and columns of zeros, before a layer that may absorb them."""
    before, after = [0, 0, *(w.choice.randint(0, 2) for _ in "hw")], [0, 0, *(w.choice.randint(0, 2) for _ in "hw")]
    y = w.pad(x, before, after)
    follow = w.choice.choice([conv, conv, max_pool, average_pool, activation, None])
    return follow(w, y) if follow else y


def pad_channels(w: Writer, x: Value) -> Value:
    before, after = w.choice.choice([(0, 1), (2, 2), (1, 0), (0, 8), (8, 0), (4, 4), (3, 5)])
    both = w.choice.choice([0, 0, 1])
    return w.pad(x, [0, before, both, both], [0, after, both, 0])


def residual(w: Writer, x: Value) -> Value:
    """x + f(x), where f may change the size of both."""
    c, stride = x.shape[0], w.choice.choice([1, 1, 1, 2])
    k = c if stride == 1 and w.chance(0.7) else w.choice.choice([8, 12, 16, 24])
    f = conv(w, x, k, Same(x, stride), groups=1)
    if w.chance(0.7):
        f = batch_norm(w, f)
    if w.chance(0.7):
        f = conv(w, activation(w, f), k, Same(f), groups=1)
    shortcut = x
    if k > c and w.opset >= 10 and w.chance(0.5):  # of zeros
        if stride == 2:
            ends = [2**63 - 1 if w.chance(0.5) else s for s in x.shape[1:]]
            shortcut = w.slice(x, [0, 0], ends, [2, 3], [2, 2], [c, *f.shape[1:]])
        first = w.choice.choice([(k - c) // 2, 0])
        shortcut = w.pad(shortcut, [0, first, 0, 0], [0, k - c - first, 0, 0])
    elif k != c or stride != 1:
        shortcut = conv(w, x, k, One(x, stride), groups=1)
        if w.chance(0.6):
            shortcut = batch_norm(w, shortcut)
    sides = w.choice.choice([[f, shortcut], [shortcut, f]])
    y = w.raw("Sum" if w.opset >= 8 and w.chance(0.1) else "Add", sides, f.shape)
    return activation(w, y) if w.chance(0.7) else y


def branches(w: Writer, x: Value) -> Value:
    """Several paths joined along channels, as in Inception, Fire and DenseNet."""
    paths = []
    for _ in range(w.choice.choice([2, 2, 3])):
        kind = w.choice.choice(["one", "three", "same", "pool"])
        if kind == "one":
            y = conv(w, x, w.choice.choice([3, 4, 8]), One(x), groups=1)
        elif kind == "three":
            y = conv(w, x, w.choice.choice([3, 4, 8]), Same(x), groups=1)
        elif kind == "pool":
            y = w.raw(w.choice.choice(["MaxPool", "AveragePool"]), [x], x.shape, kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4)
        else:
            y = x
        paths.append(activation(w, y) if kind != "same" and w.chance(0.7) else y)
    w.choice.shuffle(paths)
    return w.raw("Concat", paths, [sum(p.shape[0] for p in paths), *x.shape[1:]], axis=w.axis(1, 4))


def parts(w: Writer, x: Value) -> Value:
    """Channels split, and joined again in another order."""
    c = x.shape[0]
    if c < 2:
        return x
    at = c // 2 if w.chance(0.5) else w.choice.randrange(1, c)
    if w.chance(0.5):
        a, b = w.split(x, [at, c - at], 1)
    else:
        a = w.slice(x, [0], [at], [1], [1], [at, *x.shape[1:]])
        end = w.choice.choice([c, 2**31 - 1, 2**63 - 1])
        b = w.slice(x, [w.choice.choice([at, at - c])], [end], [1], [1], [c - at, *x.shape[1:]])
    b = conv(w, b, window=Same(b), groups=w.choice.choice([1, b.shape[0]]))
    pair = w.choice.choice([[a, b], [b, a]])
    return w.raw("Concat", pair, [a.shape[0] + b.shape[0], *x.shape[1:]], axis=1)


def shuffle(w: Writer, x: Value) -> Value:
    c, h, width = x.shape
    groups = [g for g in (2, 3, 4) if c % g == 0]
    if not groups:
        return x
    g = w.choice.choice(groups)
    n = w.choice.choice([-1, 0] + ([1] if w.batch == 1 else []))
    if w.chance(0.7):
        y = w.reshape(x, [n, g, c // g, h, width], [g, c // g, h, width])
        y = w.transpose(y, [0, 2, 1, 3, 4])
    else:
        y = w.reshape(x, [n, g, c // g, h * width], [g, c // g, h * width])
        y = w.transpose(y, [0, 2, 1, 3])
    target = w.choice.choice([[n, c, h, width], [0, c, h, width], [n if n != -1 else 0, -1, h, width]])
    return w.reshape(y, target, x.shape)


def squeeze_excite(w: Writer, x: Value) -> Value:
    c, inner = x.shape[0], w.choice.choice([2, 4, 8])
    if w.chance(0.6):
        g = w.raw("GlobalAveragePool", [x], [c, 1, 1]) if w.chance(0.5) else w.reduce("ReduceMean", x, [2, 3], True)
        g = activation(w, conv(w, g, inner, One(g), groups=1), simple=True)
        g = conv(w, g, c, One(g), groups=1)
    else:
        g = rows_of(w, w.raw("GlobalAveragePool", [x], [c, 1, 1])) if w.chance(0.5) else w.reduce("ReduceMean", x, [2, 3], False)
        g = activation(w, linear(w, g, inner), simple=True)
        g = linear(w, g, c)
    gate = w.raw(w.choice.choice(["Sigmoid", "Sigmoid", "HardSigmoid"]), [g], g.shape)
    if len(gate.shape) == 1:
        if w.chance(0.5):
            gate = w.unsqueeze(gate, [2, 3])
        else:
            gate = w.reshape(gate, [w.choice.choice([-1, 0]), c, 1, 1], [c, 1, 1])
    return w.raw("Mul", w.choice.choice([[x, gate], [gate, x]]), x.shape)


def rows_of(w: Writer, x: Value) -> Value:
    """[c h w] as a row, written in one of several ways."""
    count = math.prod(x.shape)
    kind = w.choice.choice(["flatten", "flatten", "reshape", "reshape", "squeeze", "shape"])
    if kind == "squeeze" and x.shape[1:] == (1, 1):
        return w.squeeze(x, [2, 3])
    if kind == "reshape":
        return w.reshape(x, w.choice.choice([[-1, count], [0, -1], [0, count]] + ([[1, -1]] if w.batch == 1 else [])), [count])
    if kind == "shape" and w.opset >= 9:
        n = w.compute("Gather", [w.compute("Shape", [x.name]), w.form_free(np.array(0, np.int64))], axis=0)
        n = w.compute("Unsqueeze", [n], axes=[0]) if w.opset < 13 else w.compute("Unsqueeze", [n, w.integers([0])])
        return w.raw("Reshape", [x, w.compute("Concat", [n, w.integers([w.choice.choice([-1, count])])], axis=0)], [count])
    return w.op("Flatten", [x], [count], {"axis": 1}, axis=w.axis(1, x.rank) if w.opset >= 11 else 1)


def linear(w: Writer, x: Value, k: int) -> Value:
    """Gemm in all its forms, or MatMul and Add."""
    c = x.shape[0]
    weight, bias = w.normal(c, k, scale=math.sqrt(1.5 / c)), w.normal(k, scale=0.3)
    if w.chance(0.3):
        y = w.raw("MatMul", [x, w.const(weight)], [k])
        if w.chance(0.8):
            b = w.const(bias.reshape(w.choice.choice([[k], [k], [1, k]])), "bias")
            y = w.raw("Add", w.choice.choice([[y, b], [b, y]]), [k])
        return y
    transposed = w.choice.choice([0, 1, 1])
    alpha, beta = w.choice.choice([(1.0, 1.0)] * 6 + [(0.5, 1.0), (1.0, 2.0), (2.0, 0.5)])
    inputs = [x, w.const(np.ascontiguousarray(weight.T) if transposed else weight)]
    if w.opset < 11 or w.chance(0.9):
        shape = w.choice.choice([[k]] * 6 + [[1, k], [1], [1, 1]])
        inputs.append(w.const(bias.reshape(shape) if math.prod(shape) == k else bias[:1].reshape(shape), "bias"))
    return w.op("Gemm", inputs, [k], {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0}, alpha=alpha, beta=beta, transA=0,
                transB=transposed)


def second_reader(w: Writer, x: Value) -> Value:
    """A value with a second reader: an alias, or a step of a function."""
    y = w.choice.choice([conv, batch_norm, arithmetic])(w, x)
    a = w.alias(y) if w.chance(0.6) else y
    b = w.alias(y) if w.chance(0.4) else y
    f = w.choice.choice([activation, batch_norm, arithmetic, activation])(w, a)
    if f.shape != b.shape:
        return f
    return w.raw("Add", w.choice.choice([[f, b], [b, f]]), b.shape)


def shared_product(w: Writer, x: Value, k: int) -> Value:
    """MatMul with a bias, perhaps behind an alias, that the product's other reader must not see."""
    c, shape = x.shape[-1], [*x.shape[:-1], k]
    product = w.raw("MatMul", [x, w.const(w.normal(c, k, scale=math.sqrt(1.5 / c)))], shape)
    a = w.alias(product) if w.chance(0.7) else product
    b = w.const(w.normal(k), "bias")
    y = w.raw("Add", w.choice.choice([[a, b], [b, a]]), shape)
    other = w.choice.choice([product, w.alias(product), activation(w, product, simple=True)])
    return w.raw("Add", w.choice.choice([[y, other], [other, y]]), shape)


def arithmetic(w: Writer, x: Value) -> Value:
    """Arithmetic with a constant of any shape that broadcasts to x without changing its size."""
    c, h, width = x.shape
    shapes = [[], [], [1], [c, 1, 1], [c, 1, 1], [1, c, 1, 1], [1, c, 1, 1], [1, 1, 1], [1, 1, 1, 1]]
    if w.chance(0.05):
        shapes = [[h, width], [c, h, width], [1, c, h, width], [width], [h, 1]]
    shape = w.choice.choice(shapes)
    op = w.choice.choice(["Add", "Sub", "Mul", "Div"])
    if op in ("Mul", "Div"):
        numbers = w.uniform(0.5, 1.5, *shape) * w.choice.choice([1, -1])
    else:
        numbers = w.normal(*shape)
    constant = w.const(numbers, "constant") if shape else w.form_free(np.float32(numbers))
    first = op != "Div" and w.chance(0.4)
    return w.raw(op, [constant, x] if first else [x, constant], x.shape)


def picked_channels(w: Writer, x: Value) -> Value:
    """Channels by index: several at once, or one by one as PyTorch writes x[:, i], each scaled and shifted."""
    c, h, width = x.shape
    index = lambda i: i - c if w.opset >= 11 and w.chance(0.3) else i
    if w.chance(0.4):
        order = w.choice.choice([list(range(c))[::-1], [w.choice.randrange(c) for _ in range(w.choice.randint(1, c))]])
        return w.raw("Gather", [x, w.integers([index(i) for i in order])], [len(order), h, width], axis=w.axis(1, 4))
    if w.opset >= 10 and w.chance(0.3):
        step = w.choice.choice([-1, -1, 2, 3, -2])
        start, end = (w.choice.choice([-1, c - 1, 2**31 - 1]), w.choice.choice([-2**31, -c - 1])) if step < 0 else (0, 2**31 - 1)
        return w.slice(x, [start], [end], [1], [step], [-(-c // abs(step)), h, width])
    parts, first = [], w.chance(0.5)
    back = lambda y: w.unsqueeze(y, [1])
    for i in w.choice.sample(range(c), min(c, 4)):
        y = w.raw("Gather", [x, w.form_free(np.array(index(i), np.int64))], [h, width], axis=w.axis(1, 4))
        y = back(y) if first else y
        for op in w.choice.choice([["Mul", "Add"], ["Mul", "Add"], ["Sub", "Div"], ["Add"], []]):
            number = w.form_free(np.float32(w.choice.choice([0.458, 0.448, -0.5, 2.0])))
            y = w.raw(op, [number, y] if op in ("Mul", "Add") and w.chance(0.3) else [y, number], y.shape)
        parts.append(y if first else back(y))
    return w.raw("Concat", parts, [len(parts), h, width], axis=w.axis(1, 4))


def crop(w: Writer, x: Value) -> Value:
    """Every second row and column, some channels, or a part of the image."""
    c, h, width = x.shape
    if w.opset >= 10 and w.chance(0.7):
        return w.slice(x, [0, 0], [w.choice.choice([h, 2**31 - 1]), width], [2, 3], [2, 2], [c, -(-h // 2), -(-width // 2)])
    if w.chance(0.7):
        return picked_channels(w, x)
    if h < 4 or width < 4:
        return x
    return w.slice(x, [1, 0], [h, w.choice.choice([-1, width - 1])], [2, 3], [1, 1], [c, h - 1, width - 1])


def channels_last(w: Writer, x: Value) -> Value:
    """A stretch of [n h w c], as TensorFlow's exporters leave it between two Transposes."""
    c, h, width = x.shape
    y = w.transpose(x, [0, 2, 3, 1])
    for _ in range(w.choice.choice([1, 1, 2, 3])):
        kind = w.choice.choice(["activation", "bias", "scale", "dense", "dense", "shared", "norm", "norm", "concat", "pad", "pad",
                                "split"])
        if kind == "activation":
            y = activation(w, y)
        elif kind in ("bias", "scale"):
            c = y.shape[-1]
            shape = w.choice.choice([[c], [c], [1, c], [1, 1, c], [1, 1, 1, c], [1]])
            constant = w.const(w.uniform(0.5, 1.5, *shape), "constant")
            y = w.raw("Add" if kind == "bias" else "Mul", w.choice.choice([[y, constant], [constant, y]]), y.shape)
        elif kind == "dense":
            c, k = y.shape[-1], w.choice.choice([4, 8, 12])
            y = w.raw("MatMul", [y, w.const(w.normal(c, k, scale=math.sqrt(1.5 / c)))], [h, width, k])
            if w.chance(0.7):
                b = w.const(w.normal(k, scale=0.3), "bias")
                y = w.raw("Add", w.choice.choice([[y, b], [b, y]]), y.shape)
        elif kind == "shared":
            y = shared_product(w, y, w.choice.choice([4, 8]))
        elif kind == "norm" and w.opset < 17:
            y = layer_norm(w, y)
        elif kind == "norm":
            c = y.shape[-1]
            y = w.op("LayerNormalization", [y, w.const(w.uniform(0.5, 1.5, c)), w.const(w.normal(c), "bias")], y.shape,
                     {"axis": -1, "epsilon": 1e-5}, axis=w.choice.choice([-1, 3]), epsilon=w.choice.choice([1e-5, 1e-6, 1e-2]))
        elif kind == "concat":
            pair = [y, activation(w, y, simple=True)]
            axis = w.choice.choice([3, -1]) if w.opset >= 11 else 3
            y = w.raw("Concat", pair, [*y.shape[:2], 2 * y.shape[2]], axis=axis)
        elif kind == "split" and y.shape[-1] > 1:
            a, b = w.split(y, [1, y.shape[-1] - 1], 3)
            y = w.raw("Concat", [b, a], y.shape, axis=w.axis(3, 4))
        elif kind == "pad":
            y = w.pad(y, [0, 1, 0, 0], [0, 0, 1, 0])
            h, width = y.shape[:2]
    return w.transpose(y, [0, 3, 1, 2])


# The blocks of a network, and how often each occurs.
BLOCKS = [(conv_block, 22), (residual, 10), (branches, 6), (max_pool, 7), (average_pool, 6), (batch_norm, 4), (activation, 5),
          (arithmetic, 6), (second_reader, 6), (squeeze_excite, 5), (channels_last, 5), (parts, 4), (shuffle, 3), (pad, 4),
          (pad_channels, 1), (lrn, 3), (crop, 1)]

# SPDX-License-Identifier: Apache-2.0
"""Caffe's layers with random parameters, each with its definition in NumPy beside it."""
import math

import numpy as np

from caffe_writer import Blob, CaffeWriter


def windows(x, filter, stride, dilation, out):
    """[n c r s p q]: the values under each tap of the filter."""
    (r, s), (p, q) = filter, out
    rows = np.arange(r)[:, None] * dilation[0] + np.arange(p)[None] * stride[0]
    columns = np.arange(s)[:, None] * dilation[1] + np.arange(q)[None] * stride[1]
    return x[:, :, rows][:, :, :, :, columns].transpose(0, 1, 2, 4, 3, 5)


def convolve(x, weight, bias, stride, pad, dilation, groups):
    n, c, h, w = x.shape
    k, _, r, s = weight.shape
    out = [(size + 2 * p - d * (f - 1) - 1) // t + 1 for size, p, d, f, t in zip((h, w), pad, dilation, (r, s), stride)]
    x = np.pad(x, ((0, 0), (0, 0), (pad[0],) * 2, (pad[1],) * 2))
    seen = windows(x, (r, s), stride, dilation, out).reshape(n, groups, c // groups, r, s, *out)
    weight = weight.astype(np.float64).reshape(groups, k // groups, c // groups, r, s)
    y = np.einsum("ngcrspq,gkcrs->ngkpq", seen, weight, optimize=True)
    return y.reshape(n, k, *out) + (0 if bias is None else bias.astype(np.float64).reshape(1, k, 1, 1))


def convolution(w: CaffeWriter, x: Blob, k=None, filter=None, stride=None, pad=None, groups=None) -> Blob:
    c, size = x.shape[0], x.shape[1:]
    while True:
        f = filter or w.choice.choice([[1, 1], [3, 3], [3, 3], [5, 5], [3, 1], [1, 5]])
        t = stride or w.choice.choice([[1, 1], [1, 1], [2, 2], [1, 2]])
        p = pad or w.choice.choice([[0, 0], [1, 1], [f[0] // 2, f[1] // 2], [2, 0]])
        d = w.choice.choice([[1, 1]] * 6 + [[2, 2], [1, 2]]) if not filter else [1, 1]
        if all(s + 2 * a >= e * (b - 1) + 1 for s, a, e, b in zip(size, p, d, f)):
            break
    g = groups or w.choice.choice([1, 1, 1, c] + [g for g in (2, 4) if c % g == 0])
    k = max((k or w.choice.choice([4, 8, 12, 16])) // g, 1) * g
    weight = w.normal(k, c // g, *f, scale=math.sqrt(2 / (c // g * math.prod(f))))
    bias = w.normal(k, scale=0.3) if w.chance(0.6) else None
    parameters = {1: k, 2: None if bias is not None else False, 5: g if g > 1 or w.chance(0.3) else None}
    if p[0] == p[1]:
        parameters[3] = p[0] if p[0] or w.chance(0.3) else None
    else:
        parameters.update({9: p[0], 10: p[1]} if w.chance(0.6) else {3: p})
    parameters.update({4: f[0]} if f[0] == f[1] and w.chance(0.7) else {11: f[0], 12: f[1]})
    if t[0] == t[1]:
        parameters[6] = t[0] if t[0] > 1 or w.chance(0.3) else None
    else:
        parameters.update({13: t[0], 14: t[1]})
    parameters[18] = d if d != [1, 1] else None
    if 11 in parameters and 4 in parameters:
        del parameters[4]
    blobs = [weight] + ([bias] if bias is not None else [])
    return w.layer("Convolution", [x], [convolve(x.array, weight, bias, t, p, d, g)], parameters, blobs)


def pool(x, average, filter, stride, pad, up):
    """With Caffe's rounding and Caffe's divisor, the size of the window inside the padded image."""
    n, c, *size = x.shape
    starts = []
    for s, f, t, p in zip(size, filter, stride, pad):
        count = (math.ceil if up else math.floor)((s + 2 * p - f) / t) + 1
        if p and (count - 1) * t >= s + p:
            count -= 1
        starts.append([i * t - p for i in range(count)])
    y = np.zeros((n, c, len(starts[0]), len(starts[1])))
    for i, top in enumerate(starts[0]):
        for j, left in enumerate(starts[1]):
            bottom, right = min(top + filter[0], size[0] + pad[0]), min(left + filter[1], size[1] + pad[1])
            part = x[:, :, max(top, 0):min(bottom, size[0]), max(left, 0):min(right, size[1])]
            y[:, :, i, j] = part.sum((2, 3)) / ((bottom - top) * (right - left)) if average else part.max((2, 3))
    return y


def pooling(w: CaffeWriter, x: Blob) -> Blob:
    size, average = x.shape[1:], w.chance(0.5)
    while True:
        f = w.choice.choice([[2, 2], [3, 3], [3, 3], [2, 3], [5, 5]])
        t = w.choice.choice([[1, 1], [2, 2], [2, 2], [3, 3], [2, 1]])
        p = w.choice.choice([[0, 0], [0, 0], [1, 1], [1, 0]])
        # If a window would begin past the image without padding, Caffe itself reads nothing.
        if all(s >= b and (a or (-(-(s - b) // c)) * c < s) for s, b, c, a in zip(size, f, t, p)):
            break
    up = w.chance(0.85)
    parameters = {1: 1 if average else (0 if w.chance(0.5) else None)}
    parameters.update({2: f[0]} if f[0] == f[1] else {5: f[0], 6: f[1]})
    parameters.update({3: t[0]} if t[0] == t[1] else {7: t[0], 8: t[1]})
    if p[0] == p[1]:
        parameters[4] = p[0] if p[0] or w.chance(0.3) else None
    else:
        parameters.update({9: p[0], 10: p[1]})
    parameters[13] = None if up else 1
    return w.layer("Pooling", [x], [pool(x.array, average, f, t, p, up)], parameters)


def global_pooling(w: CaffeWriter, x: Blob) -> Blob:
    average = w.chance(0.8)
    y = x.array.mean((2, 3), keepdims=True) if average else x.array.max((2, 3), keepdims=True)
    if w.chance(0.5) and x.shape[1] == x.shape[2]:
        return w.layer("Pooling", [x], [y], {1: int(average), 2: x.shape[1], 3: w.choice.choice([1, None])})
    return w.layer("Pooling", [x], [y], {1: int(average), 12: True})


def channels(v, x):
    return np.asarray(v, np.float64).reshape(1, -1, *[1] * (x.array.ndim - 2))


def batch_norm(w: CaffeWriter, x: Blob, in_place=True) -> Blob:
    c = x.shape[0]
    count = w.choice.choice([1.0, 1.0, 999.982, 0.5, 2.0])
    mean, variance = w.normal(c, scale=0.3 * count), w.uniform(0.3 * count, 2 * count, c)
    eps = w.choice.choice([None, 1e-5, 1e-3, 0.1])
    m, v = (np.float64(b) / np.float64(np.float32(count)) for b in (mean, variance))
    y = (x.array - channels(m, x)) / np.sqrt(channels(v, x) + float(np.float32(eps or 1e-5)))
    parameters = {1: True if w.chance(0.6) else None, 3: eps}
    return w.layer("BatchNorm", [x], [y], parameters, [mean, variance, w.weights([count])], in_place)


def scale(w: CaffeWriter, x: Blob, in_place=True) -> Blob:
    factor, bias = w.uniform(0.5, 1.5, x.shape[0]), w.normal(x.shape[0], scale=0.3) if w.chance(0.8) else None
    y = x.array * channels(factor, x) + (0 if bias is None else channels(bias, x))
    blobs = [factor] + ([bias] if bias is not None else [])
    return w.layer("Scale", [x], [y], {4: True if bias is not None else None}, blobs, in_place)


def norm(w: CaffeWriter, x: Blob, in_place=True) -> Blob:
    y = batch_norm(w, x, in_place)
    return scale(w, y) if w.chance(0.8) else y


def simple(w: CaffeWriter, x: Blob, in_place=True) -> Blob:
    """An activation, or a factor per channel."""
    a, c = x.array, x.shape[0]
    kind = w.choice.choice(["ReLU"] * 6 + ["leaky", "PReLU", "shared", "Sigmoid", "Power", "Bias", "Clip", "Dropout"])
    if kind == "ReLU":
        return w.layer("ReLU", [x], [np.maximum(a, 0)], None, (), in_place)
    if kind == "leaky":
        slope = w.choice.choice([0.1, 0.25])
        return w.layer("ReLU", [x], [np.where(a > 0, a, a * float(np.float32(slope)))], {1: slope}, (), in_place)
    if kind in ("PReLU", "shared"):
        slopes = w.normal(1 if kind == "shared" else c, scale=0.3)
        y = np.where(a > 0, a, a * (np.float64(slopes[0]) if kind == "shared" else channels(slopes, x)))
        return w.layer("PReLU", [x], [y], {2: True} if kind == "shared" else None, [slopes], in_place)
    if kind == "Sigmoid":
        return w.layer("Sigmoid", [x], [1 / (1 + np.exp(-a))], None, (), in_place)
    if kind == "Power":
        factor, shift = w.choice.choice([(0.5, None), (1.5, 0.25), (None, -0.5), (-0.75, 1.0)])
        return w.layer("Power", [x], [a * (factor or 1) + (shift or 0)], {2: factor, 3: shift}, (), in_place)
    if kind == "Bias":
        bias = w.normal(c, scale=0.5)
        return w.layer("Bias", [x], [a + channels(bias, x)], None, [bias], in_place)
    if kind == "Clip":
        return w.layer("Clip", [x], [np.clip(a, -1, 2)], {1: -1.0, 2: 2.0}, (), in_place)
    return w.layer("Dropout", [x], [a], {1: 0.5} if w.chance(0.5) else None, (), in_place)


def conv_block(w: CaffeWriter, x: Blob) -> Blob:
    y = convolution(w, x)
    if w.chance(0.5):
        y = norm(w, y)
    return simple(w, y) if w.chance(0.7) else y


def lrn(w: CaffeWriter, x: Blob) -> Blob:
    size, alpha = w.choice.choice([1, 3, 5]), w.choice.choice([None, 1e-4, 0.5])
    beta, k = w.choice.choice([None, 0.75, 0.5]), w.choice.choice([None, None, 2.0])
    squares = np.pad(x.array ** 2, ((0, 0), (size // 2,) * 2, (0, 0), (0, 0)))
    total = sum(squares[:, i:i + x.shape[0]] for i in range(size))
    numbers = [float(np.float32(1.0 if v is None else v)) for v in (alpha, k)]
    y = x.array * (numbers[1] + numbers[0] / size * total) ** -float(np.float32(beta or 0.75))
    return w.layer("LRN", [x], [y], {1: size if size != 5 or w.chance(0.5) else None, 2: alpha, 3: beta, 5: k})


def eltwise(w: CaffeWriter, x: Blob) -> Blob:
    a, b = w.twice(x)
    f = convolution(w, a, x.shape[0], [3, 3], [1, 1], [1, 1], 1)
    if w.chance(0.6):
        f = norm(w, f)
    if w.chance(0.5):
        f = simple(w, f)
    kind = w.choice.choice(["sum"] * 12 + ["coefficients", "maximum"])
    pair = w.choice.choice([[f, b], [b, f]])
    if kind == "maximum":
        return gated(w, f, b) if w.chance(0.7) else w.layer("Eltwise", pair, [np.maximum(f.array, b.array)], {1: 2})
    if kind == "coefficients":
        p, q = w.choice.choice([[1.0, -1.0], [0.5, 0.5], [-2.0, 1.0], [0.3, 0.7]])
        y = float(np.float32(p)) * pair[0].array + float(np.float32(q)) * pair[1].array
        return w.layer("Eltwise", pair, [y], {1: 1 if w.chance(0.5) else None, 2: [p, q]})
    y = w.layer("Eltwise", pair, [f.array + b.array], {1: 1} if w.chance(0.5) else None)
    return simple(w, y) if w.chance(0.5) else y


def gated(w: CaffeWriter, f: Blob, x: Blob) -> Blob:
    """x times the sums, or means, of f's channels."""
    mean, coeff = w.chance(0.5), w.choice.choice([None, 1.0, 0.25, -0.5])
    numbers = f.array.mean((2, 3)) if mean else f.array.sum((2, 3))
    parameters = {1: 4 if mean else w.choice.choice([1, None]), 2: w.choice.choice([2, -2]), 3: coeff}
    gate = w.layer("Reduction", [f], [numbers * (1 if coeff is None else coeff)], parameters)
    return w.layer("Scale", [x, gate], [x.array * gate.array[:, :, None, None]], {1: 0})


def second_reader(w: CaffeWriter, x: Blob) -> Blob:
    """A value that is read again after the layer that could be folded into it."""
    y = w.choice.choice([convolution, batch_norm, batch_norm])(w, x)
    if w.chance(0.3):
        y = w.layer("Dropout", [y], [y.array], {1: 0.5}, (), True)
    a, b = w.twice(y)
    # In place it would change what the other reader sees, without a Split.
    f = w.choice.choice([scale, scale, simple, norm])(w, a, w.splits)
    return w.layer("Eltwise", w.choice.choice([[f, b], [b, f]]), [f.array + b.array])


def concat(w: CaffeWriter, x: Blob) -> Blob:
    a, b = w.twice(x)
    parts = [simple(w, convolution(w, a, 4, [1, 1], [1, 1], [0, 0], 1)),
             convolution(w, b, 8, [3, 3], [1, 1], [1, 1], 1) if w.chance(0.7) else b]
    w.choice.shuffle(parts)
    return w.layer("Concat", parts, [np.concatenate([p.array for p in parts], 1)], w.choice.choice([None, {2: 1}, {1: 1}]))


def slices(w: CaffeWriter, x: Blob) -> Blob:
    c = x.shape[0]
    if c < 2:
        return x
    at = c // 2 if w.chance(0.5) else w.choice.randrange(1, c)
    points = {2: [at]} if at * 2 != c or w.chance(0.5) else {3: 1}
    a, b = w.layer("Slice", [x], [x.array[:, :at], x.array[:, at:]], points)
    b = convolution(w, b, None, [3, 3], [1, 1], [1, 1], 1)
    return w.layer("Concat", [b, a], [np.concatenate([b.array, a.array], 1)])


def inner_product(w: CaffeWriter, x: Blob, k: int) -> Blob:
    rows = x.array.reshape(len(x.array), -1)
    c = rows.shape[1]
    weight, bias = w.normal(k, c, scale=math.sqrt(1.5 / c)), w.normal(k, scale=0.3) if w.chance(0.8) else None
    y = rows @ weight.T.astype(np.float64) + (0 if bias is None else bias.astype(np.float64))
    turned = w.chance(0.2)
    blobs = [np.ascontiguousarray(weight.T) if turned else weight] + ([bias] if bias is not None else [])
    return w.layer("InnerProduct", [x], [y], {1: k, 2: None if bias is not None else False, 6: True if turned else None}, blobs)


BLOCKS = [(conv_block, 8), (pooling, 4), (norm, 2), (simple, 2), (lrn, 1), (eltwise, 3), (second_reader, 3),
          (concat, 2), (slices, 1)]

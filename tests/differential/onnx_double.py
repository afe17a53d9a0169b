# SPDX-License-Identifier: Apache-2.0
"""Operators that the onnx package's evaluator (1.23) gets wrong: MaxPool and AveragePool with padding and ceil_mode,
BatchNormalization before operator set 14, which it computes as in training, LRN, which it computes for as many channels as
there are images, and Squeeze of several axes counted from the last.
"""
import math

import numpy as np
from onnx.reference.op_run import OpRun


def axis(size, filter, stride, dilation, before, after, up, mode):
    """(start of each window, the padding after)."""
    if mode == "VALID":
        before = after = 0
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        total = max((-(-size // stride) - 1) * stride + dilation * (filter - 1) + 1 - size, 0)
        before = total // 2 if mode == "SAME_UPPER" else total - total // 2
        after = total - before
    span = size + before + after - dilation * (filter - 1) - 1
    count = (math.ceil if up else math.floor)(span / stride) + 1
    if up and (count - 1) * stride >= size + before:
        count -= 1
    return [i * stride - before for i in range(count)], after


# A window's size is the part inside the padded image. With ceil_mode, a window that would start past the image and its leading
# padding is dropped.
def pool(x, average, kernel_shape, strides=None, pads=None, dilations=None, ceil_mode=0, count_include_pad=0, auto_pad="NOTSET"):
    strides, dilations, pads = strides or [1, 1], dilations or [1, 1], pads or [0] * 4
    axes = [axis(x.shape[2 + i], kernel_shape[i], strides[i], dilations[i], pads[i], pads[i + 2], ceil_mode, auto_pad)
            for i in (0, 1)]
    y = np.zeros((*x.shape[:2], len(axes[0][0]), len(axes[1][0])), x.dtype)
    for i, top in enumerate(axes[0][0]):
        for j, left in enumerate(axes[1][0]):
            places, inside = [], []
            for d, start in ((0, top), (1, left)):
                at = [start + k * dilations[d] for k in range(kernel_shape[d])]
                places.append(sum(a < x.shape[2 + d] + axes[d][1] for a in at))
                inside.append([a for a in at if 0 <= a < x.shape[2 + d]])
            part = x[:, :, inside[0]][:, :, :, inside[1]]
            if average:
                y[:, :, i, j] = part.sum((2, 3)) / (math.prod(places) if count_include_pad else part.shape[2] * part.shape[3])
            else:
                y[:, :, i, j] = part.max((2, 3))
    return y


class AveragePool(OpRun):
    op_domain = ""

    def _run(self, x, **attributes):
        return (pool(x, True, **{k: v for k, v in attributes.items() if v is not None}),)


class MaxPool(OpRun):
    op_domain = ""

    def _run(self, x, storage_order=None, **attributes):
        y = pool(x, False, **{k: v for k, v in attributes.items() if v is not None})
        return (y, np.zeros(y.shape, np.int64))[:len(self.onnx_node.output)]


class BatchNormalization(OpRun):
    op_domain = ""

    def _run(self, x, scale, bias, mean, variance, epsilon=1e-5, **training):
        scale, bias, mean, variance = (v.reshape(1, -1, *[1] * (x.ndim - 2)) for v in (scale, bias, mean, variance))
        return ((x - mean) / np.sqrt(variance + epsilon) * scale + bias,)


class LRN(OpRun):
    op_domain = ""

    def _run(self, x, alpha=1e-4, beta=0.75, bias=1.0, size=None):
        before, after = (size - 1) // 2, size // 2
        squares = np.pad(x ** 2, ((0, 0), (before, after), (0, 0), (0, 0)))
        total = sum(squares[:, i:i + x.shape[1]] for i in range(size))
        return (x / (bias + alpha / size * total) ** beta,)


class Squeeze(OpRun):
    op_domain = ""

    def _run(self, x, axes=None):
        return (np.squeeze(x, None if axes is None else tuple(int(a) for a in np.array(axes).flatten())),)


OPERATORS = [AveragePool, MaxPool, BatchNormalization, LRN, Squeeze]

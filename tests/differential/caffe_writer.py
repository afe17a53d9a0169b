# SPDX-License-Identifier: Apache-2.0
"""Writes a caffemodel, and computes its layers in double precision as they are added.

The numbers of Caffe's caffe.proto are repeated here, so that a wrong number in fxe's copy shows.
"""
import random
import struct

import numpy as np


def varint(value: int) -> bytes:
    out, value = b"", value & (1 << 64) - 1
    while True:
        value, low = value >> 7, value & 127
        out += bytes([low | (128 if value else 0)])
        if not value:
            return out


def field(number: int, value) -> bytes:
    """An int, bytes (a message or a string), str, a float, or a list of any."""
    if isinstance(value, (list, tuple)):
        return b"".join(field(number, v) for v in value)
    if isinstance(value, (bool, int)):
        return varint(number << 3) + varint(int(value))
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(fields: dict) -> bytes:
    return b"".join(field(n, v) for n, v in fields.items() if v is not None)


# A layer's type: its number in layers up to 2014, and the fields of its parameters then and since.
KINDS = {"Concat": (3, 9, 104), "Convolution": (4, 10, 106), "Dropout": (6, None, 108), "Flatten": (8, None, 135),
         "InnerProduct": (14, 17, 117), "LRN": (15, 18, 118), "Pooling": (17, 19, 121), "ReLU": (18, 30, 123),
         "Sigmoid": (19, None, 124), "Softmax": (20, 39, 125), "Split": (22, None, None), "Eltwise": (25, 24, 110),
         "Power": (26, 21, 122), "Slice": (33, 31, 126), "PReLU": (None, None, 131), "Reshape": (None, None, 133),
         "Reduction": (None, None, 136),
         "BatchNorm": (None, None, 139), "Bias": (None, None, 141), "Scale": (None, None, 142), "Clip": (None, None, 148),
         "TanH": (23, None, 127)}


class Blob:
    """A value: its name, and [n c h w] or [n c] in double precision."""

    def __init__(self, name: str, array: np.ndarray):
        self.name, self.array = name, array

    @property
    def shape(self):
        return self.array.shape[1:]


class CaffeWriter:
    def __init__(self, choice: random.Random, numbers: np.random.Generator, images: np.ndarray):
        self.choice, self.numbers, self.layers = choice, numbers, []
        self.old_blobs = self.chance(0.3)  # with num, channels, height, width
        self.splits = self.chance(0.7)     # as Caffe saves them
        self.in_place = self.chance(0.7)
        self.image = Blob("data", images.astype(np.float64))

    def chance(self, probability: float) -> bool:
        return self.choice.random() < probability

    def weights(self, array) -> np.ndarray:
        return np.asarray(array, np.float32)

    def normal(self, *shape, scale=1.0, mean=0.0):
        return self.weights(mean + scale * self.numbers.standard_normal(shape))

    def uniform(self, low, high, *shape):
        return self.weights(self.numbers.uniform(low, high, shape))

    def blob(self, array: np.ndarray) -> bytes:
        data = {5: array.astype("<f4").tobytes()}
        if not self.old_blobs or array.ndim > 4:
            return message({7: message({1: b"".join(varint(d) for d in array.shape)}), **data})
        dims = [1] * (4 - array.ndim) + list(array.shape)
        return message({1: dims[0], 2: dims[1], 3: dims[2], 4: dims[3], **data})

    def layer(self, kind: str, bottoms, arrays, parameters=None, blobs=(), in_place=False):
        """Its outputs, one per array; in place if nothing else reads the bottom and the net is written that way."""
        name = f"{kind.lower()}{len(self.layers)}"
        tops = [name if len(arrays) == 1 else f"{name}_{i}" for i in range(len(arrays))]
        if in_place and self.in_place:
            tops = [bottoms[0].name]
        self.layers.append((kind, name, [b.name for b in bottoms], tops, parameters, [self.blob(b) for b in blobs]))
        made = [Blob(t, a) for t, a in zip(tops, arrays)]
        return made[0] if len(made) == 1 else made

    def twice(self, x: Blob):
        """The value for two readers."""
        if not self.splits:
            return x, x
        return self.layer("Split", [x], [x.array, x.array])

    # The file

    def bytes(self) -> bytes:
        c, h, w = self.image.shape
        old = all(KINDS[layer[0]][0] for layer in self.layers) and all(
            not layer[4] or KINDS[layer[0]][1] for layer in self.layers) and self.chance(0.5)
        dims = [1, c, h, w]
        shape = message({1: b"".join(varint(d) for d in dims)})
        net = {1: "net"}
        body = [self._old(*layer) if old else self._new(*layer) for layer in self.layers]
        kind = self.choice.choice(["dims", "shape"] if old else ["dims", "shape", "layer"])
        if kind == "layer":
            body.insert(0, message({1: "data", 2: "Input", 4: ["data"], 143: message({1: shape})}))
        elif kind == "dims":
            net.update({3: "data", 4: dims})
        else:
            net.update({3: "data", 8: shape})
        return message({**net, 2 if old else 100: body})

    def _new(self, kind, name, bottoms, tops, parameters, blobs):
        given = {KINDS[kind][2]: message(parameters)} if parameters else {}
        return message({1: name, 2: kind, 3: bottoms, 4: tops, 7: blobs, **given})

    def _old(self, kind, name, bottoms, tops, parameters, blobs):
        given = {KINDS[kind][1]: message(parameters)} if parameters else {}
        return message({2: bottoms, 3: tops, 4: name, 5: KINDS[kind][0], 6: blobs, **given})

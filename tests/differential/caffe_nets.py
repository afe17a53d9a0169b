# SPDX-License-Identifier: Apache-2.0
"""A random Caffe classifier as a caffemodel, from a seed."""
import pathlib
import random

import numpy as np

from caffe_layers import BLOCKS, convolution, global_pooling, inner_product, simple
from caffe_writer import CaffeWriter, message, varint


def generate(seed: int, skip=frozenset()):
    """The file's bytes, images [n c h w] for it, and the logits in double precision."""
    choice, numbers = random.Random(seed), np.random.default_rng(seed)
    shape = choice.choice([1, 3, 3, 3]), choice.randint(6, 16), choice.randint(6, 16)
    images = numbers.standard_normal((3, *shape)).astype(np.float32)
    w = CaffeWriter(choice, numbers, images)
    x = convolution(w, w.image, groups=1) if w.chance(0.9) else w.image
    seeds = [choice.getrandbits(64) for _ in range(choice.choice([1, 2, 3, 4, 5]))]
    for i, block in enumerate(seeds):
        if i in skip:
            continue
        w.choice.seed(block)
        w.numbers = np.random.default_rng(block)
        if min(x.shape[1:]) < 5:
            break
        x = w.choice.choices([b[0] for b in BLOCKS], [b[1] for b in BLOCKS])[0](w, x)
    if w.chance(0.6):
        x = global_pooling(w, x)
    k = w.choice.choice([2, 5, 10])
    for _ in range(w.choice.choice([0, 0, 1])):
        x = simple(w, inner_product(w, x, w.choice.choice([8, 16])))
    if w.chance(0.15) and len(x.shape) == 3:
        rows = x.array.reshape(3, -1)
        zero_and_rest = message({1: varint(0) + varint(-1)})
        x = w.layer("Flatten", [x], [rows]) if w.chance(0.5) else w.layer("Reshape", [x], [rows], {1: zero_and_rest})
    logits = inner_product(w, x, k)
    if w.chance(0.4):
        w.layer("Softmax", [logits], [logits.array])
    return w.bytes(), images, logits.array.reshape(3, -1)


def write(data: bytes, folder: pathlib.Path) -> pathlib.Path:
    path = folder / "model.caffemodel"
    path.write_bytes(data)
    return path

# SPDX-License-Identifier: Apache-2.0
"""Samples and palettes of the files of odd_images.py."""


def pack(values, depth):
    """Values below 2^depth -> bytes, the first in the high bits."""
    bits = "".join(f"{value:0{depth}b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def colours(rng, count, grey=False):
    return [(i & 255,) * 3 if grey else tuple(rng.randrange(256) for _ in range(3)) for i in range(count)]

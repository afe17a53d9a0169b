# SPDX-License-Identifier: Apache-2.0
"""Image files that are legal but rare, or not quite legal, and that no library writes on demand. Every function yields
(name, bytes), the same in every run. make_odd_goldens.py writes what Pillow makes of them to odd_goldens.txt.

usage: odd_images.py FOLDER    writes them all"""
import pathlib
import random
import struct
import sys

from odd_bmp import bmps, rle_bmps
from odd_gif import gifs
from odd_png import pngs


# TGA

def tga(width, height, kind, depth, data, palette=b"", first=0, entries=0, entry_bits=0, flags=0, comment=b""):
    return (struct.pack("<BBBHHBHHHHBB", len(comment), entries > 0, kind, first, entries, entry_bits, 0, 0, width,
                        height, depth, flags) + comment + palette + data)


def tga_rle(rng, pixels, width):
    """Pixels of some bytes each -> packets, which end with their row."""
    data, at = b"", 0
    while at < len(pixels):
        count = min(rng.randrange(1, 20), width - at % width)
        if rng.random() < 0.5:
            data += bytes([count - 1]) + b"".join(pixels[at:at + count])
        else:
            data += bytes([0x80 | count - 1]) + pixels[at]
        at += count
    return data


def tgas():
    rng = random.Random(5)
    kinds = [(2, 15), (2, 16), (2, 24), (2, 32), (3, 8), (3, 16), (1, 8), (1, 16), (2, 8), (3, 24)]
    for i in range(160):
        kind, depth = kinds[i % len(kinds)]
        width, height = rng.randrange(1, 20), rng.randrange(1, 12)
        table = {}
        if kind == 1:
            bits = rng.choice([15, 16, 24, 32, 8])
            entries = rng.choice([1, 3, 200, 256])
            first = rng.choice([0, 0, 0, 5])
            table = {"first": first, "entries": entries, "entry_bits": bits,
                     "palette": bytes(rng.randrange(256) for _ in range(entries * (bits + 7 >> 3)))}
        size = (depth + 7) // 8
        value = (lambda: rng.randrange(rng.choice([3, 210, 256]))) if kind == 1 else (lambda: rng.randrange(256))
        pixels = [bytes([value()] + [rng.randrange(256) for _ in range(size - 1)]) for _ in range(width * height)]
        if i // len(kinds) % 2:
            kind |= 8
            data = tga_rle(rng, pixels, width)
        else:
            data = b"".join(pixels)
        if i % 17 == 16:
            data = data[:-rng.randrange(1, len(data) + 1)]
        elif i % 19 == 18:
            data += b"trailing"
        yield (f"tga_{kind}_{depth}_{i}.tga",
               tga(width, height, kind, depth, data, flags=rng.choice([0, 0x20, 0x20, 0x10, 0x30]),
                   comment=rng.choice([b"", b"hello"]), **table))


# PNM

def pnms():
    rng = random.Random(6)
    for maximum in (1, 7, 255, 256, 1000, 65535):
        for kind, channels in ((b"P5", 1), (b"P6", 3)):
            values = [rng.randrange(maximum + 1) for _ in range(35 * channels)]
            for over in (0, 1):
                data = b"".join(v.to_bytes(2 if maximum > 255 else 1, "big") for v in values)
                if over:
                    data = bytes(rng.randrange(256) for _ in data)
                yield f"pnm_{maximum}_{over}.{'p' + 'gp'[channels // 3] + 'm'}", kind + b" 7 5 %d\n" % maximum + data


ALL = (pngs, bmps, rle_bmps, gifs, tgas, pnms)


def main():
    for files in ALL:
        for name, data in files():
            (pathlib.Path(sys.argv[1]) / name).write_bytes(data)


if __name__ == "__main__":
    main()

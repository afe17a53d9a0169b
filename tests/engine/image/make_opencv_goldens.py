#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes opencv_goldens.inc: CRC-32s of picture.h's picture as OpenCV resizes it (INTER_LINEAR), and for a folder of
photographs, in the order of their paths, one line per size: the CRC-32 of all their CRC-32s.

usage: make_opencv_goldens.py PHOTOS_FOLDER > opencv_goldens.inc"""
import pathlib
import struct
import sys
import zlib

import cv2
import numpy as np
from PIL import Image

CASES = [  # width, height -> width, height
    (64, 48, 32, 24), (64, 48, 31, 17), (64, 48, 100, 90), (64, 48, 64, 20), (64, 48, 20, 48), (64, 48, 64, 48),
    (64, 48, 32, 48), (64, 48, 128, 96), (1, 1, 5, 7), (1, 9, 4, 3), (9, 1, 3, 4), (2, 2, 1, 1), (500, 375, 256, 256),
    (375, 500, 224, 298), (2, 3, 224, 224), (333, 500, 1, 1), (640, 7, 255, 3), (227, 227, 256, 256), (512, 512, 256, 256),
]
PHOTO_SIZES = [(256, 256), (227, 300), (400, 401)]


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    channels = [x * 7 + y * 13 + x * y, x * x + 3 * y, 255 * (((x // 5) + (y // 3)) % 2)]
    return (np.stack(channels, -1) % 256).astype(np.uint8)


def main() -> None:
    print("// SPDX-License-Identifier: Apache-2.0")
    print(f"// Made by make_opencv_goldens.py with OpenCV {cv2.__version__}.")
    for width, height, to_width, to_height in CASES:
        resized = cv2.resize(picture(width, height), (to_width, to_height), interpolation=cv2.INTER_LINEAR)
        print(f"{{{width}, {height}, {to_width}, {to_height}, 0x{zlib.crc32(resized.tobytes()):08x}u}},")
    # Width and height 0: the photographs, decoded by Pillow, since OpenCV's JPEG decoder differs.
    paths = sorted(p for p in pathlib.Path(sys.argv[1]).rglob("*") if p.is_file())
    for size in PHOTO_SIZES:
        crc = 0
        for path in paths:
            pixels = np.asarray(Image.open(path).convert("RGB"))
            resized = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
            crc = zlib.crc32(struct.pack("<I", zlib.crc32(resized.tobytes())), crc)
        print(f"{{0, 0, {size[0]}, {size[1]}, 0x{crc:08x}u}},")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes resize_goldens.inc: CRC-32s of picture.h's picture as Pillow resizes it.
usage: make_resize_goldens.py > resize_goldens.inc with Pillow up to 12, then >> with Pillow 13"""
import zlib

import numpy as np
import PIL
from PIL import Image

CASES = [  # width, height -> width, height
    (64, 48, 32, 24), (64, 48, 31, 17), (64, 48, 100, 90), (64, 48, 64, 20), (64, 48, 20, 48), (64, 48, 64, 48),
    (1, 1, 5, 7), (1, 9, 4, 3), (9, 1, 3, 4), (500, 375, 341, 256), (375, 500, 224, 298), (2, 3, 224, 224),
    (333, 500, 1, 1), (640, 7, 255, 3),
    # On both sides of the size at which Pillow 13 scales the columns first, and enlarged across.
    (100, 333, 224, 224), (103, 99, 62, 16), (54, 96, 11, 10), (129, 347, 150, 344), (27, 200, 300, 31),
    (60, 328, 37, 230),
]


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    channels = [x * 7 + y * 13 + x * y, x * x + 3 * y, 255 * (((x // 5) + (y // 3)) % 2)]
    return Image.fromarray((np.stack(channels, -1) % 256).astype(np.uint8))


pillow = "from_13" if int(PIL.__version__.split(".")[0]) >= 13 else "up_to_12"
if pillow == "up_to_12":
    print("// SPDX-License-Identifier: Apache-2.0")
print(f"// Made by make_resize_goldens.py with Pillow {PIL.__version__}.")
for width, height, to_width, to_height in CASES:
    for name, kind in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
        resized = picture(width, height).resize((to_width, to_height), kind)
        print(f"{{{width}, {height}, {to_width}, {to_height}, Filter::{name}, Pillow::{pillow}, "
              f"0x{zlib.crc32(resized.tobytes()):08x}u}},")

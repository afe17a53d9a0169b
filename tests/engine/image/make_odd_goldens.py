#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what Pillow's convert("RGB") makes of the files of odd_images.py, in the order of their names: width, height and the
CRC-32 of the RGB bytes, or "refused".

usage: make_odd_goldens.py > odd_goldens.txt    with Pillow 13 (others differ: docs/reference/preprocessing.md)"""
import io
import warnings
import zlib

import odd_images
from PIL import Image


def outcome(data):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                rgb = image.convert("RGB")
    except Exception:  # Pillow has no common error type
        return "refused"
    return f"{rgb.width} {rgb.height} {zlib.crc32(rgb.tobytes()):08x}"


files = {name: data for files in odd_images.ALL for name, data in files()}
for name in sorted(files):
    print(name, outcome(files[name]))

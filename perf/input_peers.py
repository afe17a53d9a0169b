#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From image file to tensor on one core, fxe, stb and Pillow in turn: processor ms per image and ratios.

usage: perf/input_peers.py FOLDER [BUILD/perf/input_speed] [ROUNDS]

Pillow's tensor: decode, convert to RGB, resize the shorter side to 256 (bilinear), crop 224, normalise with numpy in
float32, as torchvision's 2017 evaluation transform does.
"""
import io
import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import PIL
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def pillow_tensor(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    size = (256, 256 * height // width) if width <= height else (256 * width // height, 256)
    image = image.resize(size, Image.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32)
    return np.ascontiguousarray(((pixels / 255 - MEAN) / STD).transpose(2, 0, 1))


def pillow_ms(files):
    start = time.process_time()
    for data in files:
        pillow_tensor(data)
    return 1e3 * (time.process_time() - start) / len(files)


def fxe_ms(program, folder):
    """Stage -> ms of one round."""
    text = subprocess.run([program, folder, "1"], check=True, capture_output=True, text=True).stdout
    rows = (line.rsplit(None, 1) for line in text.splitlines()[1:])
    return {name.strip(): float(value) for name, value in rows}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    program = sys.argv[2] if len(sys.argv) > 2 else "build/perf/input_speed"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    os.environ["OMP_NUM_THREADS"] = "1"
    files = [path.read_bytes() for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()]
    seen = []
    for _ in range(rounds):
        times = fxe_ms(program, folder)
        times["Pillow together"] = pillow_ms(files)
        seen.append(times)
    print(f"{len(files)} files, {rounds} rounds, Pillow {PIL.__version__}; processor ms per image, least and median")
    for name in seen[0]:
        if name != "stb / fxe":
            values = sorted(s[name] for s in seen)
            print(f"{name:<32}{values[0]:9.3f}{values[len(values) // 2]:9.3f}")
    for peer in ("stb", "Pillow"):
        ratios = sorted(s[peer + " together"] / s["fxe together"] for s in seen)
        print(f"{peer + ' / fxe':<32}{ratios[len(ratios) // 2]:9.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f} over the rounds)")


if __name__ == "__main__":
    main()

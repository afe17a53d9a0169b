#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what timm and transformers themselves make of the files that they write beside weights.

usage: config_peer.py timm|transformers FILE...       (needs that library and torch)
One line per file, separated by tabs: the CRC-32 of the 8-bit pixels [height width 3] of each picture of SIZES, then three numbers each
of mean and std, for x = (pixel / 255 - mean) / std per channel."""
import contextlib
import json
import sys
import zlib

import numpy as np
from PIL import Image

with contextlib.redirect_stdout(sys.stderr):
    from preset_peer import picture

SIZES = [(500, 375), (512, 500), (257, 256), (640, 480)]


def timm_transforms(config):
    from timm.data import create_transform, resolve_data_config
    data = resolve_data_config({}, pretrained_cfg=config.get("pretrained_cfg") or config)
    to_pixels, to_floats = (create_transform(**data, is_training=False, **more) for more in ({"normalize": False}, {}))
    return lambda image: to_pixels(image).numpy().transpose(1, 2, 0), lambda image: to_floats(image).numpy()


def transformers_transforms(config):
    import transformers
    kind = config.get("image_processor_type") or config["feature_extractor_type"].replace("FeatureExtractor", "ImageProcessor")
    # Version 5's processor on Pillow; its other one resizes with torchvision's own code, which is a few grey levels off.
    kind = kind + "Pil" if hasattr(transformers, kind + "Pil") else kind
    processor = getattr(transformers, kind)(**{k: v for k, v in config.items() if not k.endswith("_type")})
    def run(image, **options):
        return np.asarray(processor(image, return_tensors="np", **options)["pixel_values"][0])
    return (lambda image: run(image, do_rescale=False, do_normalize=False).transpose(1, 2, 0).astype(np.uint8),
            lambda image: run(image))


def main():
    transforms = {"timm": timm_transforms, "transformers": transformers_transforms}[sys.argv[1]]
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            to_pixels, to_floats = transforms(json.load(file))
        cells = []
        for size in SIZES:
            pixels = to_pixels(picture(*size))
            cells.append(f"{zlib.crc32(np.ascontiguousarray(pixels).tobytes()):08x}")
        # x = a * pixel + b, from the pixels of a picture with all values.
        ramp = Image.fromarray(np.repeat(np.tile(np.arange(256, dtype=np.uint8), (256, 1))[:, :, None], 3, axis=2))
        pixels, floats = to_pixels(ramp), to_floats(ramp)
        for c in range(3):
            a, b = np.polyfit(pixels[:, :, c].ravel().astype(float), floats[c].ravel().astype(float), 1)
            cells += [f"{abs(-b / a / 255):.5f}", f"{1 / a / 255:.5f}"]
        print(*cells, sep="\t")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what a framework's own pipeline makes of images, for the presets of engine/input/preprocess_presets.h.

usage: preset_peer.py torchvision|timm|mlperf [PHOTOS_FOLDER [EVERY]] > TABLE

The first line names the presets; every other line names an image and gives the CRC-32 of its float32 planes for each preset,
separated by tabs. WIDTHxHEIGHT is picture()'s picture of that size; other names are files under PHOTOS_FOLDER, for which EVERY
keeps only each n-th preset, in turn, and writes "-" for the others. preset_goldens_timm.txt and preset_goldens_mlperf.txt are such tables.

The pixels are the framework's. The planes are x = (pixel * scale - mean) / std in double precision, rounded once; this program
checks that the framework's own float32 arithmetic agrees within its rounding.
"""
import contextlib
import pathlib
import sys
import zlib

import numpy as np
import PIL
from PIL import Image

SIZES = [(1, 1), (2, 3), (31, 33), (224, 225), (227, 226), (100, 300), (500, 37), (341, 256), (257, 333), (512, 512),
         (768, 512), (512, 770), (640, 480), (256, 300), (255, 1000), (1030, 257)]
IMAGENET = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
TIMM = ["timm-224-0.95", "timm-224-0.875-bilinear", "timm-288-1.0-bicubic", "timm-160-0.95-inception",
        "timm-224-0.9-squash", "timm-224-1.0-bilinear-border", "timm-225-0.93-bicubic-border-inception"]


def picture(width, height):
    """The same as in preset_peer_test.cpp."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [x * 7 + y * 13 + x * y, x * x + 3 * y, 255 * (((x // 5) + (y // 3)) % 2)]
    return Image.fromarray((np.stack(channels, -1) % 256).astype(np.uint8))


def planes(pixels, scale, mean, std):
    """pixels [height, width, 3] of 8 bits -> float32 [3, height, width]."""
    return ((pixels.astype(np.float64) * scale - mean) / std).transpose(2, 0, 1).astype(np.float32)


def check_float32(tensor, expected, std):
    """pixel / 255, minus mean, over std: three roundings of values up to 1, and of mean and std."""
    bound = 2**-24 * (5 * 1 / min(std) + np.abs(expected).max())
    assert np.abs(tensor - expected).max() <= bound, np.abs(tensor - expected).max() / bound


def torchvision_presets():
    from make_torchvision_weights import presets
    return dict(presets())


def torchvision_pipeline(transforms):
    from torchvision.transforms import functional

    def run(image):
        resized = functional.resize(image, transforms.resize_size, interpolation=transforms.interpolation)
        pixels = np.asarray(functional.center_crop(resized, transforms.crop_size))
        expected = planes(pixels, 1 / 255, transforms.mean, transforms.std)
        run.calls += 1
        if run.calls % 16 == 1:  # the whole transform: slow
            check_float32(transforms(image).numpy(), expected, transforms.std)
        return expected

    run.calls = 0
    return run


def timm_pipeline(preset):
    with contextlib.redirect_stdout(sys.stderr):  # timm prints what it cannot import
        from timm.data import create_transform
    words = preset.split("-")[1:]
    mean, std = ([0.5] * 3, [0.5] * 3) if "inception" in words else IMAGENET
    mode = next((w for w in words if w in ("squash", "border")), "center")
    options = dict(input_size=(3, int(words[0]), int(words[0])), crop_pct=float(words[1]), crop_mode=mode, mean=mean,
                   std=std, interpolation="bilinear" if "bilinear" in words else "bicubic")
    to_pixels, to_floats = create_transform(**options, normalize=False), create_transform(**options)

    def run(image):
        expected = planes(to_pixels(image).numpy().transpose(1, 2, 0), 1 / 255, mean, std)
        run.calls += 1
        if run.calls % 16 == 1:
            check_float32(to_floats(image).numpy(), expected, std)
        return expected

    run.calls = 0
    return run


def mlperf_pixels(image, interpolation):
    """As MLPerf's image classification: shorter side to int(100 * 224 / 87.5), the rest by OpenCV."""
    import cv2
    pixels = np.asarray(image)
    height, width, _ = pixels.shape
    short = int(100.0 * 224 / 87.5)
    size = (short, int(short * height / width)) if height > width else (int(short * width / height), short)
    pixels = cv2.resize(pixels, size, interpolation=getattr(cv2, interpolation))
    height, width, _ = pixels.shape
    top, left = int((height - 224) / 2), int((width - 224) / 2)
    return pixels[top:top + 224, left:left + 224]


def mlperf_resnet50(image):
    """As MLPerf's pre_process_vgg."""
    pixels = mlperf_pixels(image, "INTER_AREA")
    mean = [123.68, 116.78, 103.94]
    expected = planes(pixels, 1, mean, [1, 1, 1])
    tensor = pixels.astype(np.float32) - np.array(mean, np.float32)
    # The mean's rounding, up to 2^-24 * 128, and the difference's.
    assert np.abs(tensor.transpose(2, 0, 1) - expected).max() <= 2**-24 * (128 + 256)
    return expected


def mlperf_mobilenet(image):
    """As MLPerf's pre_process_mobilenet."""
    pixels = mlperf_pixels(image, "INTER_LINEAR")
    expected = planes(pixels, 1 / 255, [0.5] * 3, [0.5] * 3)
    tensor = (pixels.astype(np.float32) / np.float32(255) - np.float32(0.5)) * np.float32(2)
    check_float32(tensor.transpose(2, 0, 1), expected, [0.5] * 3)
    return expected


def main():
    framework, photos = sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    if framework == "torchvision":
        pipelines = {preset: torchvision_pipeline(t) for preset, t in torchvision_presets().items()}
    elif framework == "timm":
        pipelines = {preset: timm_pipeline(preset) for preset in TIMM}
    else:
        pipelines = {"mlperf-resnet50": mlperf_resnet50, "mlperf-mobilenet": mlperf_mobilenet}
    # Pillow 13 has another order of passes; OpenCV does not depend on it.
    suffix = "-pillow13" if framework != "mlperf" and int(PIL.__version__.split(".")[0]) >= 13 else ""
    print(*(preset + suffix for preset in pipelines), sep="\t")
    images = [(f"{w}x{h}", picture(w, h)) for w, h in SIZES]
    if photos:
        paths = sorted(p for p in photos.rglob("*") if p.is_file())
        images += [(str(p.relative_to(photos)), p) for p in paths]
    for number, (name, image) in enumerate(images):
        step = 1
        if isinstance(image, pathlib.Path):
            step = every
            with Image.open(image) as file:
                image = file.convert("RGB")
        cells = ["-" if (number + i) % step else f"{zlib.crc32(run(image).tobytes()):08x}"
                 for i, run in enumerate(pipelines.values())]
        print(name, *cells, sep="\t")


if __name__ == "__main__":
    main()

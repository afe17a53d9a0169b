#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the rows of engine/input/torchvision_weights.cpp as the installed torchvision has them, one a line, separated by tabs:
name, file, preset. usage: make_torchvision_weights.py [--rows]; --rows prints them as C++."""
import pathlib
import sys

from torchvision import models
from torchvision.transforms import InterpolationMode

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def all_weights():
    for enum in sorted(n for n in dir(models) if n.endswith("_Weights")):
        for weights in getattr(models, enum):
            if len(weights.meta["categories"] or []) == 1000:  # VGG16's features have no classifier
                yield weights


def preset_of(transforms):
    resize, crop = transforms.resize_size[0], transforms.crop_size[0]
    bicubic = transforms.interpolation == InterpolationMode.BICUBIC
    if (transforms.mean, transforms.std) == ([0.5] * 3, [0.5] * 3):
        assert resize == crop
        return f"timm-{crop}-1.0{'' if bicubic else '-bilinear'}-inception"
    assert (transforms.mean, transforms.std) == (MEAN, STD)
    return f"torchvision-{resize}-{crop}{'-bicubic' if bicubic else ''}"


def presets():
    """Every distinct preset with torchvision's own transforms."""
    found = {}
    for weights in all_weights():
        found.setdefault(preset_of(weights.transforms()), weights.transforms())
    return sorted(found.items())


def main():
    for weights in all_weights():
        row = str(weights), pathlib.PurePosixPath(weights.url).stem, preset_of(weights.transforms())
        print('    {"%s", "%s", "%s"},' % row if "--rows" in sys.argv else "\t".join(row))


if __name__ == "__main__":
    main()

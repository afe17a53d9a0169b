#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rows of engine/input/timm_weights.cpp as the installed timm has them, one a line, tabs between: name, preset.
usage: make_timm_weights.py [--rows]; --rows prints them as C++.

The plain networks of timm at 224 pixels: its test configuration where that is 224 (as of networks trained at less), else
the one it lists first."""
import contextlib
import re
import sys

with contextlib.redirect_stdout(sys.stderr):  # timm prints what it cannot import
    from timm.models import get_pretrained_cfg, list_pretrained

NETWORKS = (r"(resnet(18|34|50|101|152)|wide_resnet\d+_2|resnext\d+_\d+x\d+d|vgg\d+(_bn)?|densenet(121|161|169|201)"
            r"|mobilenetv2_(050|100|140)|mobilenetv1_(100|125))\.")
MEANS = {(0.485, 0.456, 0.406): "", (0.5, 0.5, 0.5): "-inception"}


def rows():
    for name in sorted(list_pretrained()):
        if not re.match(NETWORKS, name):
            continue
        cfg = get_pretrained_cfg(name)
        size, crop = cfg.input_size[1], cfg.crop_pct
        if cfg.test_input_size and cfg.test_input_size[1] == 224:
            size, crop = 224, cfg.test_crop_pct or crop
        if size != 224 or cfg.num_classes != 1000 or cfg.mean not in MEANS:
            continue
        assert cfg.crop_mode == "center" and cfg.interpolation in ("bicubic", "bilinear")
        yield name, f"timm-224-{crop}-{cfg.interpolation}{MEANS[cfg.mean]}"


for row in rows():
    print('    {"%s", "%s"},' % row if "--rows" in sys.argv else "\t".join(row))

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the rows of engine/input/timm_weights.cpp as the installed timm has them, one a line, separated by tabs: name, preset.
usage: make_timm_weights.py [--rows]; --rows prints them as C++.

For the networks that fxe builds, with a classifier: timm's test configuration if it has the usual size of fxe's network (as for
networks trained at less), otherwise the one that timm lists first."""
import contextlib
import re
import sys

with contextlib.redirect_stdout(sys.stderr):  # timm prints what it cannot import
    from timm.models import get_pretrained_cfg, list_pretrained

NETWORKS = (r"(resnet(18|34|50|101|152)|resnetaa50|resnetblur50|wide_resnet\d+_2|resnext\d+_\d+x\d+d|vgg\d+(_bn)?"
            r"|densenet(121|161|169|201)|mobilenetv2_(050|100|140)|mobilenetv1_(100|125)|(tf_)?mobilenetv3_(large|small)_100"
            r"|(tf_)?efficientnet_b[0-7]|convnext_(tiny|small|base|large))\.")
SIZES = {"efficientnet_b1": 256, "efficientnet_b2": 288, "efficientnet_b3": 320, "efficientnet_b4": 384}
VALUES = {((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)): "", ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)): "-inception",
          ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)): "-unit",
          ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)): "-clip"}


def rows():
    for name in sorted(list_pretrained()):
        if not re.match(NETWORKS, name):
            continue
        cfg = get_pretrained_cfg(name)
        if cfg.num_classes < 1000:
            continue
        size, crop = cfg.input_size[1], cfg.crop_pct
        usual = SIZES.get(name.split(".")[0], 224)
        if cfg.test_input_size and cfg.test_input_size[1] == usual:
            size, crop = usual, cfg.test_crop_pct or crop
        assert cfg.crop_mode in ("center", "squash") and cfg.interpolation in ("bicubic", "bilinear")
        mode = "" if cfg.crop_mode == "center" else "-" + cfg.crop_mode
        yield name, f"timm-{size}-{crop}-{cfg.interpolation}{mode}{VALUES[cfg.mean, cfg.std]}"


for row in rows():
    print('    {"%s", "%s"},' % row if "--rows" in sys.argv else "\t".join(row))

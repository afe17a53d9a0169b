#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden_logits.txt: the logits of torchvision's and timm's own networks in double precision, for weights and an image
that are computed from names (named_values.h computes the same).

usage: make_golden_logits.py FOLDER [NETWORK...]     (needs torch, torchvision and timm)
A line is PEER MODEL SPEC LOGIT..., with the peer's name of the model and SPEC as in networks/registry.h.
"""
import os
import pathlib
import sys

import numpy as np

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import timm
import torch
import torchvision

CLASSES = 16
SEED = 20240229

# peer, model, network, input: as small as the network allows.
CASES = [
    ("torchvision", "resnet34", "resnet34", 40),
    ("torchvision", "resnext101_32x8d", "resnext101_32x8d", 32),
    ("torchvision", "vgg11", "vgg11", 224),
    ("torchvision", "squeezenet1_0", "squeezenet1_0", 64),
    ("torchvision", "squeezenet1_1", "squeezenet1_1", 72),
    ("torchvision", "densenet161", "densenet161", 32),
    ("torchvision", "googlenet", "googlenet", 64),
    ("torchvision", "mobilenet_v2", "mobilenet_v2", 64),
    ("timm", "resnet50", "resnet50", 40),
    ("timm", "resnext50_32x4d", "resnext50_32x4d", 40),
    ("timm", "wide_resnet50_2", "wide_resnet50_2", 40),
    ("timm", "vgg11_bn", "timm_vgg11_bn", 224),
    ("timm", "densenet121", "densenet121", 40),
    ("timm", "mobilenetv2_100", "mobilenetv2_100", 64),
    ("torchvision", "shufflenet_v2_x0_5", "shufflenet_v2_x0_5", 64),
    ("torchvision", "shufflenet_v2_x1_0", "shufflenet_v2_x1_0", 64),
    ("torchvision", "mobilenet_v3_large", "mobilenet_v3_large", 64),
    ("torchvision", "mobilenet_v3_small", "mobilenet_v3_small", 64),
    ("torchvision", "efficientnet_b0", "efficientnet_b0", 64),
    ("torchvision", "efficientnet_b3", "efficientnet_b3", 40),
    ("torchvision", "convnext_tiny", "convnext_tiny", 64),
    ("timm", "mobilenetv3_large_100", "mobilenetv3_large_100", 64),
    ("timm", "mobilenetv3_small_100", "mobilenetv3_small_100", 64),
    ("timm", "efficientnet_b0", "timm_efficientnet_b0", 64),
    ("timm", "efficientnet_b2", "timm_efficientnet_b2", 40),
    ("timm", "convnext_tiny", "timm_convnext_tiny", 64),
    ("timm", "resnetaa50", "resnetaa50", 64),
    ("timm", "resnetblur18", "resnetblur18", 88),
    ("timm", "resnetblur50", "resnetblur50", 64),
    ("timm", "tf_mobilenetv3_large_100", "tf_mobilenetv3_large_100", 63),
    ("timm", "tf_mobilenetv3_small_100", "tf_mobilenetv3_small_100", 64),
    ("timm", "efficientnet_blur_b0", "efficientnet_blur_b0", 72),
    ("timm", "tf_efficientnet_b0", "tf_efficientnet_b0", 64),
    ("timm", "tf_efficientnet_b3", "tf_efficientnet_b3", 45),
    ("torchvision", "googlenet", "googlenet:transform_input=true", 64),
    ("torchvision", "efficientnet_b5", "efficientnet_b5", 32),
    ("timm", "tf_efficientnet_b5", "tf_efficientnet_b5", 33),
    ("torch", "cifar_alexnet", "cifar_alexnet", 32),
]

# Too large for every day: only written if named.
BY_HAND = [("torchvision", name, name, 224) for name in ("vgg13", "vgg16", "vgg19")]


def uniforms(name: str, count: int) -> np.ndarray:
    """The first `count` values of test::Random(SEED, name).uniform(): SplitMix64 behind FNV-1a."""
    state = SEED
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    z = np.uint64(state) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def weights(name: str, shape: tuple) -> np.ndarray:
    count = int(np.prod(shape))
    u = uniforms(name, count)
    if count > shape[0]:
        values = np.sqrt(6.0 / (count // shape[0])) * (2 * u - 1)
    elif name.endswith("running_var"):
        values = 0.5 + 1.5 * u
    elif name.endswith(("weight", "layer_scale", "gamma")):
        values = 0.5 + u
    else:
        values = u - 0.5
    return values.astype(np.float32).reshape(shape)


class CifarAlexNet(torch.nn.Module):
    """Networks that no peer has, built of PyTorch's layers in torchvision's order."""

    def __init__(self) -> None:
        super().__init__()
        nn = torch.nn
        layers = []
        for i, (c, k, size) in enumerate([(3, 24, 5), (24, 48, 3), (48, 96, 3), (96, 64, 3), (64, 64, 3)]):
            layers += [nn.Conv2d(c, k, size, padding="same"), nn.ReLU()] + ([nn.MaxPool2d(2)] if i in (0, 1, 4) else [])
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Linear(64 * 4 * 4, 128), nn.ReLU(), nn.Linear(128, CLASSES))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x).flatten(1))


def create(peer: str, name: str, network: str) -> torch.nn.Module:
    if name == "cifar_alexnet":
        return CifarAlexNet()
    if peer == "timm":
        return timm.create_model(name, num_classes=CLASSES)
    options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    if network.endswith(":transform_input=true"):
        options["transform_input"] = True
    return getattr(torchvision.models, name)(num_classes=CLASSES, **options)


def logits(peer: str, name: str, network: str, size: int) -> list:
    model = create(peer, name, network).eval()
    state = {k: torch.from_numpy(weights(k, tuple(v.shape))) for k, v in model.state_dict().items()
             if not k.endswith("num_batches_tracked")}
    unread = model.load_state_dict(state, strict=False).missing_keys
    assert all(k.endswith("num_batches_tracked") for k in unread), unread
    image = (np.sqrt(3.0) * (2 * uniforms("image", 3 * size * size) - 1)).astype(np.float32)
    with torch.no_grad():
        return model.double()(torch.from_numpy(image).double().reshape(1, 3, size, size))[0].tolist()


def main() -> None:
    lines = []
    asked = sys.argv[2:]
    for peer, model, network, size in [case for case in CASES + BY_HAND if case[2] in asked] if asked else CASES:
        numbers = " ".join(f"{v:.17g}" for v in logits(peer, model, network, size))
        options = f"{',' if ':' in network else ':'}classes={CLASSES},input={size}"
        lines.append(f"{peer} {model} {network}{options} {numbers}\n")
        print(lines[-1][:100], flush=True)
    (pathlib.Path(sys.argv[1]) / "golden_logits.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/tools/imagenet_golden.csv: what ONNX Runtime, and PyTorch for the checkpoint, predict on the first images of
imagenet/val800, decoded and squashed by Pillow. Needs onnxruntime, torch, numpy and PIL.

usage: make_imagenet_goldens.py DATA COUNT > imagenet_golden.csv

One line per image and member: image, member, predicted, margin. Member "full" is the mean of the logits of all members.
"""
import pathlib
import sys

import numpy
import onnxruntime
import torch
import torch.nn.functional as F
from PIL import Image

SLOPE = 0.1


def mobilenet_v1_quarter(path: pathlib.Path):
    """MobileNet v1 x0.25 with LeakyReLU, straight from the checkpoint's tensors."""
    state = torch.load(path, map_location="cpu")["state_dict"]
    state = {name.replace("module.", "", 1): tensor for name, tensor in state.items()}
    strides = {"stage1": [2, 1, 2, 1, 2, 1], "stage2": [2, 1, 1, 1, 1, 1], "stage3": [2, 1]}

    def conv_bn(x, conv, bn, stride=1, groups=1):
        w = state[conv + ".weight"]
        x = F.conv2d(x, w, stride=stride, padding=w.shape[2] // 2, groups=groups)
        x = F.batch_norm(x, *(state[f"{bn}.{k}"] for k in ("running_mean", "running_var", "weight", "bias")))
        return F.leaky_relu(x, SLOPE)

    def forward(x):
        x = torch.from_numpy(x)
        for stage, steps in strides.items():
            for i, stride in enumerate(steps):
                name = f"{stage}.{i}"
                if stage == "stage1" and i == 0:
                    x = conv_bn(x, name + ".0", name + ".1", stride)
                    continue
                x = conv_bn(x, name + ".0", name + ".1", stride, x.shape[1])
                x = conv_bn(x, name + ".3", name + ".4")
        return F.linear(x.mean((2, 3)), state["fc.weight"], state["fc.bias"]).numpy()

    return forward


def onnx(path: pathlib.Path):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0]


# name, file, how it is run, input size, scale, mean, deviation
UNIT = (1 / 255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
SIGNED = (1, [128, 128, 128], [128, 128, 128])
MEMBERS = [
    ("mobilenet_v1_0.25", "mobilenetV1X0.25_pretrain.tar", mobilenet_v1_quarter, 224, UNIT),
    ("mobilenet_v1_0.5", "mobilenet_v1_0.5_160.onnx", onnx, 160, SIGNED),
    ("mobilenet_v1_0.75", "mobilenet_v1_0.75_192.onnx", onnx, 192, SIGNED),
    ("mobilenet_v1_1.0", "mobilenet_v1_1.0_224.onnx", onnx, 224, SIGNED),
    ("mobilenet_v2_1.0", "mobilenet_v2_1.0_224.onnx", onnx, 224, SIGNED),
]


def prepared(path: pathlib.Path, size: int, scale: float, mean: list, deviation: list) -> numpy.ndarray:
    image = Image.open(path).convert("RGB").resize((size, size), Image.BILINEAR)
    x = (numpy.asarray(image, numpy.float64) * scale - mean) / deviation
    return x.transpose(2, 0, 1)[None].astype(numpy.float32)


def answer(logits: numpy.ndarray):
    z = logits.astype(numpy.float64)
    p = numpy.exp(z - z.max())
    p = numpy.sort(p / p.sum())
    return int(z.argmax()), p[-1] - p[-2]


def main() -> int:
    data, count = pathlib.Path(sys.argv[1]) / "imagenet", int(sys.argv[2])
    lines = [line.split() for line in (data / "val800/val.txt").read_text().splitlines()[:count]]
    runs = [(name, run(data / "weights" / file), size, values) for name, file, run, size, values in MEMBERS]
    right = {}
    print(f"# ONNX Runtime {onnxruntime.__version__}, PyTorch {torch.__version__.split('+')[0]}; made by make_imagenet_goldens.py")
    print("image,member,predicted,margin")
    with torch.no_grad():
        for file, label in lines:
            total = 0
            for name, run, size, values in runs:
                logits = run(prepared(data / "val800" / file, size, *values))[0].reshape(-1)
                total = total + logits.astype(numpy.float64)
                predicted, margin = answer(logits)
                right[name] = right.get(name, 0) + (predicted == int(label))
                print(f"{file},{name},{predicted},{margin:.9g}")
            predicted, margin = answer(total / len(runs))
            right["full"] = right.get("full", 0) + (predicted == int(label))
            print(f"{file},full,{predicted},{margin:.9g}", flush=True)
    for name, hits in right.items():
        print(f"{name}: top-1 {100 * hits / len(lines):.2f} on {len(lines)} images", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

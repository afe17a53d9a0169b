#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The published CIFAR-10 ResNets in PyTorch, defined independently, on images decoded by Pillow: the peer of
tests/tools/cifar_test.cpp.

usage: cifar_peer.py DATA FOLDER PER_CLASS   writes the first PER_CLASS test images of each class as
                                             FOLDER/images/<class>/NNNN.jpg; each network's logits, in that order,
                                             as FOLDER/<network>.f32 [n 10]; and DELTA as FOLDER/delta.json
       cifar_peer.py --full DATA FXE         all 10,000 images, three networks, against the binary FXE

The full comparison fails if fxe's margin is more than 2 DELTA from PyTorch's, or if its class differs although PyTorch's two
best logits are more than 2 DELTA apart. DELTA bounds |z_fxe - z_torch|: twice the largest bound that
reference_network() and error_correlation() (layers/reference/) derive for any logit of these networks on 4 of the images,
times 2 because other images may have larger values. cifar_test.cpp prints that bound and fails if DELTA is less.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import numpy
import torch
import torch.nn.functional as F
from PIL import Image

CHECKPOINTS = {"resnet20": "resnet20-12fca82f.th", "resnet32": "resnet32-d509ac18.th", "resnet44": "resnet44-014dd654.th"}
DELTA = {"resnet20": 1e-3, "resnet32": 1e-3, "resnet44": 1e-3}
TOP1 = {"resnet20": 81.03, "resnet32": 82.56, "resnet44": 82.67}
CLASSES = 10


def forward(state: dict, x: torch.Tensor) -> torch.Tensor:
    """He et al. 2015, section 4.2, with the parameter-free shortcut (A), straight from the checkpoint's tensors."""

    def conv_bn(x, conv, bn, stride=1):
        x = F.conv2d(x, state[conv + ".weight"], stride=stride, padding=1)
        return F.batch_norm(x, state[bn + ".running_mean"], state[bn + ".running_var"], state[bn + ".weight"], state[bn + ".bias"])

    x = F.relu(conv_bn(x, "conv1", "bn1"))
    for stage in (1, 2, 3):
        index = 0
        while f"layer{stage}.{index}.conv1.weight" in state:
            name = f"layer{stage}.{index}"
            stride = 2 if stage > 1 and index == 0 else 1
            y = F.relu(conv_bn(x, name + ".conv1", name + ".bn1", stride))
            y = conv_bn(y, name + ".conv2", name + ".bn2")
            if stride == 2:
                extra = x.shape[1] // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, extra, extra))
            x = F.relu(x + y)
            index += 1
    return F.linear(x.mean((2, 3)), state["linear.weight"], state["linear.bias"])


def logits_of(data: pathlib.Path, network: str, files: list) -> numpy.ndarray:
    checkpoint = torch.load(data / "cifar10/weights" / CHECKPOINTS[network], map_location="cpu")["state_dict"]
    state = {name.replace("module.", "", 1): tensor for name, tensor in checkpoint.items()}
    mean = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).reshape(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).reshape(3, 1, 1)
    rows = []
    with torch.no_grad():
        for start in range(0, len(files), 100):
            pixels = [numpy.asarray(Image.open(f).convert("RGB")) for f in files[start : start + 100]]
            x = torch.from_numpy(numpy.stack(pixels)).permute(0, 3, 1, 2).double() / 255
            # Rounded once: both networks get the nearest fp32 values, so that only the networks differ.
            rows.append(forward(state, ((x - mean) / std).float()).numpy())
    return numpy.concatenate(rows)


def extract(data: pathlib.Path, to: pathlib.Path, per_class: int) -> list:
    """The first images of each class, by name; returns their paths in fxe's order."""
    files, taken = [], {}
    with tarfile.open(data / "cifar10/cifar10_jpg.tar.gz") as archive:
        for member in archive:
            parts = pathlib.PurePosixPath(member.name).parts
            if member.isfile() and len(parts) >= 3 and parts[-3] == "test" and ".." not in parts:
                taken.setdefault(parts[-2], {})[parts[-1]] = archive.extractfile(member).read()
    for name in sorted(taken):
        (to / name).mkdir(parents=True)
        for image in sorted(taken[name])[:per_class]:
            files.append(to / name / image)
            files[-1].write_bytes(taken[name][image])
    return files


def softmax_margin(logits: numpy.ndarray) -> numpy.ndarray:
    z = logits.astype(numpy.float64)
    p = numpy.exp(z - z.max(1, keepdims=True))
    p = numpy.sort(p / p.sum(1, keepdims=True), 1)
    return p[:, -1] - p[:, -2]


def full(data: pathlib.Path, fxe: str) -> int:
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        files = extract(data, root / "images", 1 << 30)
        labels = numpy.repeat(numpy.arange(CLASSES), len(files) // CLASSES)
        for network, checkpoint in CHECKPOINTS.items():
            logits = logits_of(data, network, files)
            subprocess.run([fxe, "eval", data / "cifar10/weights" / checkpoint, root / "images", "--batch", "32", "--quiet",
                            "--predictions", root / "p.csv"], check=True)
            with open(root / "p.csv", newline="") as f:
                rows = list(csv.DictReader(f))
            assert [str(root / "images" / r["path"]) for r in rows] == [str(f) for f in files], "another order of images"
            predicted = numpy.array([int(r["predicted"]) for r in rows])
            margin = numpy.array([float(r["margin"]) for r in rows])
            peer, top2 = logits.argmax(1), numpy.sort(logits, 1)[:, -2:]
            apart = top2[:, 1] - top2[:, 0]
            differ = predicted != peer
            wrong = differ & (apart > 2 * DELTA[network])
            error = numpy.abs(margin - softmax_margin(logits))
            wrong |= ~(error <= 2 * DELTA[network])
            top1 = 100 * (predicted == labels).mean()
            peer_top1 = 100 * (peer == labels).mean()
            failures += int(wrong.sum()) + (abs(peer_top1 - TOP1[network]) > 0.005)
            print(f"{network}: {len(files)} images, top-1 fxe {top1:.2f} PyTorch {peer_top1:.2f} (published here {TOP1[network]}), "
                  f"{int(differ.sum())} predictions differ, largest margin error {error.max():.2e}, "
                  f"nearest two logits {apart.min():.2e}, {int(wrong.sum())} out of bound", flush=True)
    return 1 if failures else 0


def main() -> int:
    torch.set_num_threads(2)
    if sys.argv[1] == "--full":
        return full(pathlib.Path(sys.argv[2]), sys.argv[3])
    data, folder, per_class = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    files = extract(data, folder / "images", per_class)
    for network in CHECKPOINTS:
        logits_of(data, network, files).astype("<f4").tofile(folder / f"{network}.f32")
    (folder / "delta.json").write_text(json.dumps(DELTA))
    return 0


if __name__ == "__main__":
    sys.exit(main())

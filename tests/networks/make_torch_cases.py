#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes torchvision's networks with seeded random weights in the formats they are published in, with PyTorch's answers:
the peer of torch_peer_test.cpp.

usage: make_torch_cases.py FOLDER NETWORK:SIZE:IMAGES:FORMAT+FORMAT...
Writes NETWORK.input.f32 [images 3 size size] and NETWORK.logits.f32 [images 1000] (raw little-endian fp32), and for each format
  pth          NETWORK.pth          torch.save of the state_dict
  legacy       NETWORK.legacy.pth   the same in PyTorch's format before 1.6
  safetensors  NETWORK.safetensors
  onnx         NETWORK.onnx         torch.onnx.export as it is: BatchNorm folded by the exporter
  unfolded     NETWORK.unfolded.onnx  with BatchNorm as nodes
"""
import json
import pathlib
import struct
import sys

import torch
import torchvision

SEED = 20240229


def seeded(name: str) -> torch.nn.Module:
    torch.manual_seed(SEED)
    options = {"init_weights": False} if name == "googlenet" else {}
    model = getattr(torchvision.models, name)(weights=None, **options)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            # Statistics other than the initial 0 and 1, so that wrong folding shows.
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2.0)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.5, 0.5)
    return model.eval()


def write_safetensors(path: pathlib.Path, tensors: dict) -> None:
    header, payload = {}, []
    at = 0
    for name, tensor in sorted(tensors.items()):
        kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        payload.append(tensor.contiguous().numpy().tobytes())
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(payload[-1])]}
        at += len(payload[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(payload))


def export(model: torch.nn.Module, image: torch.Tensor, path: pathlib.Path, **options) -> None:
    torch.onnx.export(model, image, path, opset_version=13, input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}}, **options)


def write(folder: pathlib.Path, name: str, size: int, images: int, formats: list) -> None:
    model = seeded(name)
    state = model.state_dict()
    image = torch.randn(images, 3, size, size, generator=torch.Generator().manual_seed(SEED + 1))
    if "pth" in formats:
        torch.save(state, folder / f"{name}.pth")
    if "legacy" in formats:
        torch.save(state, folder / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
    if "safetensors" in formats:
        write_safetensors(folder / f"{name}.safetensors", state)
    with torch.no_grad():
        if "onnx" in formats:
            export(model, image[:1], folder / f"{name}.onnx")
        if "unfolded" in formats:
            export(model, image[:1], folder / f"{name}.unfolded.onnx", do_constant_folding=False,
                   training=torch.onnx.TrainingMode.PRESERVE)
        logits = model(image)
    (folder / f"{name}.input.f32").write_bytes(image.numpy().tobytes())
    (folder / f"{name}.logits.f32").write_bytes(logits.numpy().tobytes())


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for case in sys.argv[2:]:
        name, size, images, formats = case.split(":")
        write(folder, name, int(size), int(images), formats.split("+"))


if __name__ == "__main__":
    main()

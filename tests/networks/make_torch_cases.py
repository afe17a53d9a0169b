#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes torchvision networks with seeded random weights in every format, with PyTorch's answers: the peer of
tests/networks/torch_peer_test.cpp.

usage: make_torch_cases.py FOLDER NETWORK...
writes NETWORK.pth NETWORK.legacy.pth NETWORK.safetensors NETWORK.onnx, NETWORK.input.f32 [8 3 224 224] and
NETWORK.logits.f32 [8 1000] (raw little-endian fp32). Files that are there already are kept.
"""
import json
import pathlib
import struct
import sys

import torch
import torchvision

IMAGES = 8
SEED = 20240229


def seeded(name: str) -> torch.nn.Module:
    torch.manual_seed(SEED)
    model = getattr(torchvision.models, name)(weights=None)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            # Statistics unlike the initial 0 and 1, so that folding them wrongly shows.
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2.0)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.5, 0.5)
    return model.eval()


def write_safetensors(path: pathlib.Path, tensors: dict) -> None:
    header, payload = {}, b""
    for name, tensor in sorted(tensors.items()):
        kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        raw = tensor.contiguous().numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(payload), len(payload) + len(raw)]}
        payload += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + payload)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:]:
        logits_path = folder / f"{name}.logits.f32"
        if logits_path.exists():
            continue
        model = seeded(name)
        torch.save(model.state_dict(), folder / f"{name}.pth")
        torch.save(model.state_dict(), folder / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
        write_safetensors(folder / f"{name}.safetensors", model.state_dict())
        generator = torch.Generator().manual_seed(SEED + 1)
        images = torch.randn(IMAGES, 3, 224, 224, generator=generator)
        with torch.no_grad():
            torch.onnx.export(model, images[:1], folder / f"{name}.onnx", opset_version=13, input_names=["input"],
                              output_names=["logits"], dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}})
            logits = model(images)
        (folder / f"{name}.input.f32").write_bytes(images.numpy().tobytes())
        logits_path.write_bytes(logits.numpy().tobytes())
        spread = logits.std().item()
        print(f"{name}: logits spread {spread:.3g}")


if __name__ == "__main__":
    main()

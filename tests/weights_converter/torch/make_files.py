#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small checkpoints as training programs save them, and what PyTorch reads in them: the peer of peer_test.cpp.

usage: make_files.py FOLDER
Writes NAME.pth and NAME.expected: one line per tensor, "name dtype d0xd1x... hexadecimal bytes", or a line "error TEXT"
with a part of the message that fxe must give.
"""
import argparse
import collections
import pathlib
import sys
import zipfile

import numpy
import torch

DTYPES = {torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16", torch.float64: "f64", torch.int64: "i64",
          torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8", torch.bool: "bool"}


def raw(tensor: torch.Tensor) -> bytes:
    tensor = tensor.detach().contiguous()
    return tensor.view(torch.int16).numpy().tobytes() if tensor.dtype == torch.bfloat16 else tensor.numpy().tobytes()


class Hyperparameters(dict):
    """A class that exists only here."""

    def __init__(self, **values):
        super().__init__(values)
        self.__dict__.update(values)


class Folder:
    def __init__(self, path: str):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)

    def save(self, name: str, saved, expected, **options) -> None:
        torch.save(saved, self.path / f"{name}.pth", **options)
        self.expect(name, expected)

    def expect(self, name: str, expected) -> None:
        if isinstance(expected, str):
            text = f"error {expected}\n"
        else:
            text = "".join(f"{key} {DTYPES[t.dtype]} {'x'.join(map(str, t.shape))}. {raw(t).hex()}\n"
                           for key, t in expected.items())
        (self.path / f"{name}.expected").write_text(text)


def tensors() -> dict:
    torch.manual_seed(7)
    base = torch.randn(6, 8)
    return collections.OrderedDict([
        ("conv.weight", torch.randn(4, 3, 2, 2)),
        ("conv.bias", torch.randn(4)),
        ("half", torch.randn(5).half()),
        ("bfloat", torch.randn(3, 1).bfloat16()),
        ("double", torch.randn(2, 2).double()),
        ("long", torch.tensor(12345678901)),
        ("int", torch.arange(3, dtype=torch.int32)),
        ("short", torch.arange(3, dtype=torch.int16)),
        ("char", torch.arange(-2, 2, dtype=torch.int8)),
        ("byte", torch.arange(250, 254, dtype=torch.uint8)),
        ("bool", torch.tensor([True, False, True])),
        ("empty", torch.empty(0, 4)),
        ("transposed", base.t()),
        ("column", base[:, 3]),
        ("part", base[2:4, 1:7:2]),
        ("tail", base[5]),
        ("permuted", torch.randn(2, 3, 4, 5).permute(3, 1, 0, 2)),
        ("channels_last", torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)),
    ])


def recompress(source: pathlib.Path, target: pathlib.Path) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))


def main() -> None:
    out = Folder(sys.argv[1])
    plain = tensors()
    small = {"fc.weight": torch.ones(2, 3), "fc.bias": torch.zeros(2)}
    wrapped = {f"module.{k}": v for k, v in small.items()}
    legacy = {"_use_new_zipfile_serialization": False}

    for protocol in (2, 3, 4, 5):
        out.save(f"zip_protocol{protocol}", plain, plain, pickle_protocol=protocol)
        out.save(f"legacy_protocol{protocol}", plain, plain, pickle_protocol=protocol, **legacy)
    recompress(out.path / "zip_protocol2.pth", out.path / "deflated.pth")
    out.expect("deflated", plain)

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=0.1, momentum=0.9)
    checkpoint = {"epoch": 7, "arch": "resnet", "best_prec1": torch.tensor(3.5), "loss": [0.5, 1e-300, float("inf")],
                  "numpy": numpy.float64(3.25), "args": argparse.Namespace(lr=0.1), "tuple": (1, None, -5, 2**70),
                  "state_dict": wrapped, "optimizer": optimizer.state_dict()}
    for name, options in (("checkpoint", {}), ("legacy_checkpoint", legacy)):
        out.save(name, checkpoint, small, **options)
    out.save("several", {"model": small, "model_ema": {"fc.weight": torch.zeros(2, 3)}}, small)
    out.save("ema", {"state_dict": small, "state_dict_ema": {"fc.weight": torch.zeros(2, 3)}, "arch": "resnet50"}, small)
    # As PyTorch Lightning saves them, with objects of the user's own classes beside the weights.
    lightning = {"epoch": 3, "pytorch-lightning_version": "2.1.0", "state_dict": {f"net.{k}": v for k, v in small.items()},
                 "optimizer_states": [optimizer.state_dict()], "hyper_parameters": Hyperparameters(lr=0.1),
                 "callbacks": {"best": Hyperparameters(path="a", state=[1, 2])}, "loops": collections.Counter("ab")}
    for name, options in (("lightning", {}), ("legacy_lightning", legacy)):
        out.save(name, lightning, small, **options)
    out.save("unknown_class", {"model": Hyperparameters(weight=1)},
             "needs __main__.Hyperparameters: fxe reads tensors only and runs no code; save the model's state_dict()")
    quantized = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    out.save("quantized", {"fc.weight": quantized, "fc.bias": torch.zeros(2)}, "needs torch.")
    out.save("compiled", {"_orig_mod." + k: v for k, v in wrapped.items()}, small)
    out.save("parameters", {k: torch.nn.Parameter(v) for k, v in small.items()}, small)
    out.save("shared", {"a": plain["conv.bias"], "b": plain["conv.bias"]},
             {"a": plain["conv.bias"], "b": plain["conv.bias"]})
    out.save("module_state", torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).state_dict(),
             {}, **legacy)
    state = torch.load(out.path / "module_state.pth")
    out.expect("module_state", state)

    for name, options in (("whole_model", {}), ("legacy_whole_model", legacy)):
        out.save(name, torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1)),
                 "fxe reads tensors only and runs no code; save the model's state_dict()" if not options else
                 "save the model's state_dict()", **options)
    out.save("expanded", {"w": torch.ones(1, 3).expand(4, 3)}, "repeats elements of its storage")
    out.save("complex", {"w": torch.ones(2, dtype=torch.complex64)}, "needs torch.ComplexFloatStorage")
    out.save("no_tensors", {"epoch": 1}, "holds no dict of named tensors")
    out.save("list_only", [torch.ones(2)], "holds no dict of named tensors")
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(out.path / "script.pth"))
    out.expect("script", "is a TorchScript program")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes look_alikes.txt: the models of timm and torchvision that have the same tensors, by name and shape, but compute
different things with them. Weights alone do not tell these apart.

usage: make_look_alikes.py FOLDER [MODEL...]     (needs torch 2, torchvision and timm; without MODEL all of them, minutes)
A line is a set of models with equal tensors: MODEL=MODEL MODEL ..., with = between those that compute the same and `tv/` before
torchvision's names. Computed in double precision with random weights, on one image of SIZE."""
import contextlib
import hashlib
import os
import pathlib
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import torchvision

with contextlib.redirect_stdout(sys.stderr):  # timm prints what it cannot import
    import timm

SIZE = 256
SEED = 20240229


def create(name: str) -> torch.nn.Module:
    if name.startswith("tv/"):
        options = {"init_weights": False} if name in ("tv/googlenet", "tv/inception_v3") else {}
        return getattr(torchvision.models, name[3:])(weights=None, num_classes=1000, **options)
    return timm.create_model(name, num_classes=1000)


def names() -> list:
    classifiers = [n for n in dir(torchvision.models) if n.islower() and n + "_weights" in
                   {w.lower() for w in dir(torchvision.models)}]
    return sorted(timm.list_models()) + ["tv/" + n for n in sorted(classifiers)]


def signature(name: str) -> str:
    """A hash of the names and shapes of a model's tensors, made without their memory if the model allows it."""
    try:
        with torch.device("meta"):
            model = create(name)
    except Exception:
        model = create(name)
    tensors = sorted((k, tuple(v.shape)) for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked"))
    return hashlib.sha256(repr(tensors).encode()).hexdigest()


def answer(name: str) -> torch.Tensor:
    model = create(name).double().eval()
    generator = torch.Generator().manual_seed(SEED)
    for key, tensor in sorted(model.state_dict().items()):
        if tensor.is_floating_point():
            values = torch.rand(tensor.shape, generator=generator, dtype=torch.float64)
            fan = tensor[0].numel() if tensor.dim() > 1 else 0
            tensor.copy_((2 * values - 1) * (6 / fan) ** 0.5 if fan else 0.5 + values)
    image = torch.randn(1, 3, SIZE, SIZE, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        return model(image)[0]


def line(group: list) -> str:
    """Empty if all compute the same."""
    kinds = []
    for name in group:
        logits = answer(name)
        for members, known in kinds:
            if torch.allclose(logits, known, rtol=1e-9, atol=1e-9):
                members.append(name)
                break
        else:
            kinds.append(([name], logits))
    return " ".join("=".join(members) for members, _ in kinds) if len(kinds) > 1 else ""


def main() -> None:
    groups = {}
    for name in sys.argv[2:] or names():
        try:
            groups.setdefault(signature(name), []).append(name)
        except Exception as error:
            print(f"{name}: {error}", file=sys.stderr)
    lines = []
    for group in groups.values():
        if len(group) == 1:
            continue
        try:
            lines.append(line(group))
        except Exception as error:
            lines.append("# " + " ".join(group))
            print(f"{group}: {error}", file=sys.stderr)
    (pathlib.Path(sys.argv[1]) / "look_alikes.txt").write_text("".join(f"{l}\n" for l in sorted(lines) if l))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the ensemble that the demo runs: 8 CIFAR ResNet-14 on rendered shapes.

    build/render_demo must be built. Then, with PyTorch installed:
    tools/train_demo.py train --work DIR --members 0-3 &     (one process per core; resumes after an interruption)
    tools/train_demo.py train --work DIR --members 4-7
    tools/train_demo.py finish --work DIR                    writes demo/ and tests/tools/demo_golden.csv
"""
import argparse
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEMBERS, CLASSES = 8, 10
SETS = {"train": (6000, 101), "calibration": (4000, 202), "test": (3000, 1)}  # images, seed of render_demo
BATCH, RATE, DECAY, SHIFT = 64, 0.004, 0.02, 3
MEAN, STD = [0.45, 0.45, 0.45], [0.25, 0.25, 0.25]
MAX_GAP = 0.002  # of the stored policy, on the calibration images


class Block(nn.Module):
    """Two 3 x 3 convolutions; the shortcut takes every other pixel and pads channels with zeros (option A)."""

    def __init__(self, c, k, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(c, k, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(k)
        self.conv2 = nn.Conv2d(k, k, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(k)
        self.stride, self.pad = stride, (k - c) // 2

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.pad:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(x + y)


class CifarResNet14(nn.Module):
    """He et al. 2015, section 4.2, with n = 2; names as networks/cifar_resnet.cpp reads them."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1))
        self.linear = nn.Linear(64, CLASSES)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


# Images


def rendered(renderer, work, name):
    """(uint8 pixels [n, 32, 32, 3], labels [n]) of a set; rendered on first use."""
    count, seed = SETS[name]
    path = work / f"{name}-{seed}-{count}.raw"
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}")
        subprocess.run([renderer, "--raw", part, "--count", str(count), "--seed", str(seed)], check=True)
        part.rename(path)
    data = np.fromfile(path, np.uint8)
    return data[:count * 3072].reshape(count, 32, 32, 3), data[count * 3072:]


def to_input(pixels):
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    return (x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


def augment(x, random):
    """Mirrors (every class holds its mirror images) and shifts by up to SHIFT pixels."""
    mirrored = torch.rand(len(x), generator=random) < 0.5
    x = torch.where(mirrored.view(-1, 1, 1, 1), x.flip(3), x)
    padded = F.pad(x, (SHIFT,) * 4, mode="replicate")
    shifts = torch.randint(0, 2 * SHIFT + 1, (len(x), 2), generator=random).tolist()
    return torch.stack([image[:, dy:dy + 32, dx:dx + 32] for image, (dy, dx) in zip(padded, shifts)])


# Training


def learning_rate(step, steps):
    warm = min(100, steps // 10)
    if step < warm:
        return RATE * (step + 1) / warm
    return RATE * 0.5 * (1 + np.cos(np.pi * (step - warm) / (steps - warm)))


def accuracy(net, x, y):
    return float((logits_of(net, x).argmax(1) == y).float().mean())


def logits_of(net, x):
    net.eval()
    with torch.no_grad():
        return torch.cat([net(part) for part in x.split(500)])


def train_member(member, epochs, work, x, y, test):
    seed = 1000 + member
    path = work / f"m{member}.pt"
    torch.manual_seed(seed)
    net = CifarResNet14()
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    random = torch.Generator().manual_seed(seed)
    state = {"epoch": 0, "seconds": 0.0}
    if path.exists():
        state = torch.load(path)
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        random.set_state(state["random"])
    steps_per_epoch = len(x) // BATCH
    for epoch in range(state["epoch"], epochs):
        begin, total_loss = time.time(), 0.0
        net.train()
        order = torch.randperm(len(x), generator=random)
        for i in range(steps_per_epoch):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(epoch * steps_per_epoch + i, epochs * steps_per_epoch)
            batch = order[i * BATCH:(i + 1) * BATCH]
            loss = F.cross_entropy(net(augment(x[batch], random)), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += float(loss)
        seconds = state["seconds"] + time.time() - begin
        state = {"epoch": epoch + 1, "epochs": epochs, "seed": seed, "seconds": seconds, "net": net.state_dict(),
                 "optimizer": optimizer.state_dict(), "random": random.get_state()}
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)
        print(f"m{member} epoch {epoch + 1}/{epochs} loss {total_loss / steps_per_epoch:.4f} "
              f"test {accuracy(net, *test):.4f} ({seconds:.0f} s)", flush=True)


def train(args):
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    pixels, labels = rendered(args.renderer, args.work, "train")
    test_pixels, test_labels = rendered(args.renderer, args.work, "test")
    test = to_input(test_pixels), torch.from_numpy(test_labels).long()
    first, _, last = args.members.partition("-")
    for member in range(int(first), int(last or first) + 1):
        train_member(member, args.epochs, args.work, to_input(pixels), torch.from_numpy(labels).long(), test)


# The policy: running mean of logits, margin of its softmax, stop where margin > threshold (kernels/tail/rules.h)


def running_means(logits):
    """[members, images, classes] -> the mean over the first k members for every k, updated in place as fxe does."""
    means, mean = [], torch.zeros_like(logits[0])
    for k, z in enumerate(logits):
        mean = mean + (z - mean) * (1.0 / (k + 1))
        means.append(mean)
    return torch.stack(means)


def stages(logits, labels):
    """(margins, correct), both [members, images], of the running mean."""
    means = running_means(logits)
    top2 = means.softmax(2).topk(2).values
    return (top2[..., 0] - top2[..., 1]).numpy(), (means.argmax(2) == labels).numpy()


def replay(margins, correct, thresholds):
    """The number of members run for each image, and whether the prediction is right."""
    stops = margins > np.append(thresholds, -1)[:, None]
    used = stops.argmax(0)
    return used + 1, correct[used, np.arange(correct.shape[1])]


def candidates(margins):
    """Quantiles, each midway between neighbouring margins; the largest stops nothing."""
    m = np.unique(margins)
    middle = (m[1:].astype(np.float64) + m[:-1]) / 2
    at = np.unique(np.linspace(0, len(middle) - 1, 400).astype(int))
    return np.append(middle[at], 1.0)


def gap(margins, correct, thresholds):
    return correct[-1].mean() - replay(margins, correct, thresholds)[1].mean()


def sweep(margins, correct, budget_of_size):
    """For each size in turn, the least threshold whose gap is within its budget if all later members run."""
    thresholds = np.ones(len(margins) - 1)
    for k in range(len(thresholds)):
        for t in candidates(margins[k]):
            thresholds[k] = t
            if gap(margins, correct, thresholds) <= budget_of_size(k) + 1e-9:
                break
    return thresholds


def fit_thresholds(margins, correct):
    """Least mean members with gap <= MAX_GAP: forward sweeps that spend the gap earlier or later; the best of them."""
    sizes = len(margins) - 1
    found = [sweep(margins, correct, lambda k, late=late: MAX_GAP * ((k + 1) / sizes)**late)
             for late in (0, 0.25, 0.5, 1, 2, 4)]
    return min(found, key=lambda t: replay(margins, correct, t)[0].mean())


# Output


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def write_safetensors(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        raw = tensor.numpy().astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def rounded_member(state):
    """The network with fp16-rounded weights (computed in fp32), and its tensors."""
    net = CifarResNet14()
    tensors = {k: v.half() for k, v in state["net"].items() if not k.endswith("num_batches_tracked")}
    net.load_state_dict({k: v.float() for k, v in tensors.items()}, strict=False)
    return net, tensors


def class_names(renderer):
    shown = subprocess.run([renderer, "--classes"], check=True, capture_output=True, text=True)
    return shown.stdout.split()


def ensemble_json(thresholds, images, fingerprint):
    preprocess = {"resize": {"side": "none"}, "crop": 32, "channels": "rgb", "scale": 1 / 255, "mean": MEAN, "std": STD}
    names = [f"m{m}" for m in range(MEMBERS)]
    return {
        "schema": "fxe.ensemble/1", "name": "demo shapes", "classes": "classes.txt", "combine": "logits",
        "members": [{"name": n, "model": f"{n}.safetensors", "network": "cifar_resnet14", "weight": 1, "temperature": 1,
                     "preprocess": preprocess} for n in names],
        "profiles": {"default": {
            "members": names, "combine": "logits", "weights": [1] * MEMBERS, "temperatures": [1] * MEMBERS,
            "signal": "margin", "thresholds": [float(t) for t in thresholds], "reference": "full",
            "made": {"by": "tools/train_demo.py", "objective": f"least mean members with gap <= {100 * MAX_GAP:g}pt",
                     "images": images, "fingerprint": fingerprint}}}}


def write_golden(path, logits, labels, classes):
    score, predicted = running_means(logits[:, :64])[-1].softmax(1).max(1)
    rows = [f"{classes[labels[i]]}/{i:05d}.png,{labels[i]},{predicted[i]},{score[i]:.6f}" for i in range(64)]
    head = ["# full ensemble on `build/render_demo FOLDER --count 64 --seed 1`, fp16 weights computed in fp32 by PyTorch; "
            "made by `tools/train_demo.py finish --work DIR`", "path,label,predicted,p1"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(head + sorted(rows)) + "\n")


def summary(margins, correct, thresholds):
    used, right = replay(margins, correct, thresholds)
    full = float(correct[-1].mean())
    return {"images": int(correct.shape[1]), "full": {"top1": full, "members": MEMBERS},
            "first": [float(c.mean()) for c in correct],
            "stored": {"top1": float(right.mean()), "mean_members": float(used.mean()),
                       "gap": full - float(right.mean()), "exits": np.bincount(used, minlength=MEMBERS + 1)[1:].tolist()}}


def finish(args):
    out = ROOT / "demo"
    out.mkdir(exist_ok=True)
    classes = class_names(args.renderer)
    (out / "classes.txt").write_text("\n".join(classes) + "\n")
    states = [torch.load(args.work / f"m{m}.pt") for m in range(MEMBERS)]
    unfinished = [m for m, s in enumerate(states) if s["epoch"] != s["epochs"]]
    if unfinished:
        raise SystemExit(f"train_demo.py: members {unfinished} are not trained to their end; run `train` again")
    sets = {name: rendered(args.renderer, args.work, name) for name in SETS}
    inputs = {name: to_input(sets[name][0]) for name in ("calibration", "test")}
    logits = {name: [] for name in inputs}
    for m, state in enumerate(states):
        net, tensors = rounded_member(state)
        write_safetensors(out / f"m{m}.safetensors", tensors,
                          {"fxe.network": "cifar_resnet14", "fxe.source": "tools/train_demo.py"})
        for name in inputs:
            logits[name].append(logits_of(net, inputs[name]))
    logits = {name: torch.stack(z) for name, z in logits.items()}
    staged = {name: stages(z, torch.from_numpy(sets[name][1]).long()) for name, z in logits.items()}
    thresholds = fit_thresholds(*staged["calibration"])
    images = {name: sha256(labels.tobytes(), pixels.tobytes()) for name, (pixels, labels) in sets.items()}
    fingerprint = sha256(*[(out / f"m{m}.safetensors").read_bytes() for m in range(MEMBERS)])
    (out / "ensemble.json").write_text(
        json.dumps(ensemble_json(thresholds, images["calibration"], fingerprint), indent=1) + "\n")
    singles = {name: (z.argmax(2) == torch.from_numpy(sets[name][1])).float().mean(1).tolist()
               for name, z in logits.items()}
    report = {
        "by": "tools/train_demo.py", "torch": torch.__version__, "network": "cifar_resnet14",
        "epochs": states[0]["epochs"], "batch": BATCH, "optimizer": "AdamW, cosine",
        "rate": RATE, "decay": DECAY,
        "sets": {n: {"images": c, "seed": s, "sha256": images[n]} for n, (c, s) in SETS.items()},
        "members": [{"name": f"m{m}", "seed": s["seed"], "seconds": round(s["seconds"]),
                     "calibration_top1": singles["calibration"][m], "test_top1": singles["test"][m]}
                    for m, s in enumerate(states)],
        "thresholds": [float(t) for t in thresholds],
        "calibration": summary(*staged["calibration"], thresholds), "test": summary(*staged["test"], thresholds)}
    (out / "training.json").write_text(json.dumps(report, indent=1) + "\n")
    write_golden(ROOT / "tests/tools/demo_golden.csv", logits["test"], sets["test"][1], classes)
    print(json.dumps(report["test"], indent=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["train", "finish"])
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of rendered images and checkpoints")
    parser.add_argument("--members", default=f"0-{MEMBERS - 1}", help="such as 0-3, or 5")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--renderer", default=str(ROOT / "build/render_demo"))
    args = parser.parse_args()
    {"train": train, "finish": finish}[args.action](args)


if __name__ == "__main__":
    main()

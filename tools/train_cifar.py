#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the CIFAR-10 ensembles of docs/results/replication.md: eight AlexNet-style networks and eight ResNet-20.

With PyTorch and Pillow installed, and the images as ARCHIVE (tar: {train,test}/CLASS/NNNN.{jpg,png}):
    tools/train_cifar.py images --archive ARCHIVE --work DIR     DIR/calibration, DIR/trained and DIR/test: folders for fxe
    tools/train_cifar.py train  --archive ARCHIVE --work DIR [--kind alexnet|resnet20] [--members 0-7]
    tools/train_cifar.py finish --work DIR --kind KIND           replication/cifar_KIND: weights and ensemble file
`train` may be stopped at any time: the same command goes on after the last whole epoch. Members are trained one after
another. Every tenth training image of a class (0010, 0020, ...) is kept from training, for calibration. As many others
(0005, 0015, ...) are `trained`: they show what thresholds chosen on training images cost.
"""
import argparse
import ctypes
import io
import json
import os
import pathlib
import struct
import tarfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEMBERS, CLASSES = 8, 10
KINDS = {"alexnet": "cifar_alexnet", "resnet20": "cifar_resnet20"}  # as networks/registry.h names them
EPOCHS = {"alexnet": 8, "resnet20": 8}
BATCH, RATE, WARM, MOMENTUM, DECAY, SHIFT = 128, 0.1, 0.25, 0.9, 5e-4, 2
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]  # the preprocessing cifar-32


# Networks


def conv_bn(c, k, size, stride=1):
    return nn.Conv2d(c, k, size, stride, size // 2, bias=False), nn.BatchNorm2d(k)


class AlexNet(nn.Module):
    """Five convolutions, three of them pooled, two fully connected layers: AlexNet's order, sized for 32 x 32. BatchNorm
    is there for training only; folded() joins it to the convolutions."""

    WIDTHS = [(3, 24, 5), (24, 48, 3), (48, 96, 3), (96, 64, 3), (64, 64, 3)]
    POOLED = {0, 1, 4}

    def __init__(self):
        super().__init__()
        self.conv = nn.ModuleList()
        self.bn = nn.ModuleList()
        for c, k, size in self.WIDTHS:
            conv, bn = conv_bn(c, k, size)
            self.conv.append(conv)
            self.bn.append(bn)
        self.fc1 = nn.Linear(64 * 4 * 4, 128)
        self.fc2 = nn.Linear(128, CLASSES)

    def forward(self, x):
        for i, (conv, bn) in enumerate(zip(self.conv, self.bn)):
            x = F.relu(bn(conv(x)))
            if i in self.POOLED:
                x = F.max_pool2d(x, 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class Block(nn.Module):
    """Two 3 x 3 convolutions; the shortcut takes every other pixel and pads channels with zeros (option A)."""

    def __init__(self, c, k, stride):
        super().__init__()
        self.conv1, self.bn1 = conv_bn(c, k, 3, stride)
        self.conv2, self.bn2 = conv_bn(k, k, 3)
        self.stride, self.pad = stride, (k - c) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.pad:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(x + y)


class ResNet20(nn.Module):
    """He et al. 2015, section 4.2, with n = 3; names as networks/cifar_resnet.cpp reads them."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = conv_bn(3, 16, 3)
        c = 16
        for stage, k in enumerate((16, 32, 64), 1):
            blocks = [Block(c if i == 0 else k, k, 2 if i == 0 and stage > 1 else 1) for i in range(3)]
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            c = k
        self.linear = nn.Linear(64, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def network(kind):
    net = AlexNet() if kind == "alexnet" else ResNet20()
    for m in net.modules():
        if isinstance(m, nn.Conv2d):
            nn.init.kaiming_normal_(m.weight)
    return net.to(memory_format=torch.channels_last)


# Images


def entries(archive):
    """(set, class, file name, bytes of the file) of every image, in the archive's order."""
    with tarfile.open(archive) as tar:
        for item in tar:
            part = pathlib.PurePosixPath(item.name).parts[-3:]
            if item.isfile() and len(part) == 3 and part[0] in ("train", "test"):
                kept_out = part[0] == "train" and int(part[2].partition(".")[0]) % 10 == 0
                yield "calibration" if kept_out else part[0], part[1], part[2], tar.extractfile(item).read()


def write_atomically(path, write):
    part = path.with_name(f".{path.name}.{os.getpid()}")
    write(part)
    part.rename(path)


def load_images(args):
    """{set: (uint8 pixels [n 32 32 3], labels [n])}, decoded on first use."""
    cache = args.work / "images.pt"
    if not cache.exists():
        from PIL import Image
        if not args.archive:
            raise SystemExit("train_cifar.py: no images yet: --archive names the archive of images")
        rows = sorted(entries(args.archive), key=lambda r: r[:3])
        classes = sorted({r[1] for r in rows})
        if len(classes) != CLASSES:
            raise SystemExit(f"train_cifar.py: {args.archive}: expected 10 classes, found {len(classes)}: {classes}")
        sets = {}
        for name in ("train", "calibration", "test"):
            mine = [r for r in rows if r[0] == name]
            pixels = np.stack([np.asarray(Image.open(io.BytesIO(r[3])).convert("RGB")) for r in mine])
            sets[name] = torch.from_numpy(pixels), torch.tensor([classes.index(r[1]) for r in mine])
        write_atomically(cache, lambda p: torch.save({"classes": classes, "sets": sets}, p))
    return torch.load(cache)["sets"]


def to_input(pixels):
    """uint8 [n 32 32 3] -> fp32 [n 3 32 32], channels last in memory."""
    x = (pixels.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return x.permute(0, 3, 1, 2)


def augment(padded, index, random):
    """The images of a batch, each mirrored or not and moved by up to SHIFT pixels; edges were repeated beforehand."""
    n = len(index)
    place = torch.arange(32)
    columns = torch.where(torch.rand(n, 1, generator=random) < 0.5, place.flip(0), place)
    columns = columns + torch.randint(0, 2 * SHIFT + 1, (n, 1), generator=random)
    rows = place + torch.randint(0, 2 * SHIFT + 1, (n, 1), generator=random)
    return padded[index.view(n, 1, 1), rows.view(n, 32, 1), columns.view(n, 1, 32)]


# Training


def keep_freed_memory():
    """Keeps glibc from mapping activations of megabytes anew in each step, which costs a tenth of its time. No effect elsewhere."""
    try:
        m_trim_threshold, m_mmap_max = -1, -4
        ctypes.CDLL(None).mallopt(m_mmap_max, 0)
        ctypes.CDLL(None).mallopt(m_trim_threshold, 2 ** 31 - 1)
    except (AttributeError, OSError):
        pass


def learning_rate(part):
    """One cycle: up in a straight line, then down to zero. `part` of the training is done."""
    return RATE * part / WARM if part < WARM else RATE * (1 - part) / (1 - WARM)


def logits_of(net, pixels):
    net.eval()
    with torch.no_grad():
        return torch.cat([net(to_input(part)) for part in pixels.split(500)])


def train_epoch(net, forward, optimizer, padded, labels, random, epoch, epochs):
    """The mean loss. `forward` runs `net`."""
    net.train()
    total, steps = 0.0, len(labels) // BATCH
    order = torch.randperm(len(labels), generator=random)
    for i in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate((epoch + (i + 1) / steps) / epochs)
        index = order[i * BATCH:(i + 1) * BATCH]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = forward(to_input(augment(padded, index, random)))
        loss = F.cross_entropy(out.float(), labels[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / steps


def checkpoint(args, kind, member):
    return args.work / f"{kind}-m{member}.pt"


def train_member(args, kind, member, padded, labels, calibration):
    path, epochs = checkpoint(args, kind, member), EPOCHS[kind]
    seed = 1000 * (1 + list(KINDS).index(kind)) + member
    torch.manual_seed(seed)
    net = network(kind)
    # Measured on one core, ms per step, as is and compiled: ResNet-20 222 and 175, AlexNet 73 and 90.
    forward = torch.compile(net) if kind == "resnet20" and hasattr(torch, "compile") else net
    optimizer = torch.optim.SGD(net.parameters(), RATE, momentum=MOMENTUM, weight_decay=DECAY, nesterov=True)
    random = torch.Generator().manual_seed(seed)
    state = {"epoch": 0, "cpu_seconds": 0.0}
    if path.exists():
        state = torch.load(path)
        if state["epochs"] != epochs:
            raise SystemExit(f"train_cifar.py: {path}: was begun with {state['epochs']} epochs, not {epochs}; remove it")
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        random.set_state(state["random"])
    for epoch in range(state["epoch"], epochs):
        begin = time.process_time()
        loss = train_epoch(net, forward, optimizer, padded, labels, random, epoch, epochs)
        right = float((logits_of(net, calibration[0]).argmax(1) == calibration[1]).float().mean())
        state = {"epoch": epoch + 1, "epochs": epochs, "seed": seed, "loss": loss, "calibration_top1": right,
                 "torch": torch.__version__, "cpu_seconds": state["cpu_seconds"] + time.process_time() - begin, "net": net.state_dict(),
                 "optimizer": optimizer.state_dict(), "random": random.get_state()}
        write_atomically(path, lambda p: torch.save(state, p))
        print(f"{kind} m{member} epoch {epoch + 1}/{epochs} loss {loss:.4f} calibration {right:.4f} "
              f"({state['cpu_seconds']:.0f} s)", flush=True)


def train(args):
    torch.set_num_threads(1)
    keep_freed_memory()
    sets = load_images(args)
    pixels, labels = sets["train"]
    padded = F.pad(pixels.permute(0, 3, 1, 2).float(), (SHIFT,) * 4, mode="replicate").byte()
    padded = padded.permute(0, 2, 3, 1).contiguous()
    first, _, last = args.members.partition("-")
    for kind in [args.kind] if args.kind else KINDS:
        for member in range(int(first), int(last or first) + 1):
            train_member(args, kind, member, padded, labels, sets["calibration"])


# Output


def folded(net):
    """AlexNet's tensors with BatchNorm joined to the convolutions before it, as networks/cifar_alexnet.cpp names them."""
    tensors = {}
    for name, conv, bn in zip((0, 3, 6, 8, 10), net.conv, net.bn):
        scale = bn.weight / torch.sqrt(bn.running_var + bn.eps)
        tensors[f"features.{name}.weight"] = conv.weight * scale.view(-1, 1, 1, 1)
        tensors[f"features.{name}.bias"] = bn.bias - bn.running_mean * scale
    # Already flattened in PyTorch's order: channel, row, column.
    for name, layer in (("classifier.0", net.fc1), ("classifier.2", net.fc2)):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = layer.weight, layer.bias
    return tensors


def tensors_of(kind, state):
    """fp16, as the member's file holds them."""
    net = network(kind)
    net.load_state_dict(state["net"])
    named = folded(net) if kind == "alexnet" else net.state_dict()
    return {k: v.detach().contiguous().half() for k, v in named.items() if not k.endswith("num_batches_tracked")}


def write_safetensors(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        raw = tensor.numpy().astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    write_atomically(path, lambda p: p.write_bytes(struct.pack("<Q", len(text)) + text + data))


def plain_logits(kind, tensors, pixels):
    """What PyTorch computes in fp32 from a member's file: the yardstick for fxe."""
    t = {k: v.float() for k, v in tensors.items()}
    if kind == "resnet20":
        net = ResNet20()
        net.load_state_dict(t, strict=False)
        return logits_of(net, pixels)

    def forward(x):
        for name, pooled in ((0, True), (3, True), (6, False), (8, False), (10, True)):
            w, b = t[f"features.{name}.weight"], t[f"features.{name}.bias"]
            x = F.relu(F.conv2d(x, w, b, padding=w.shape[2] // 2))
            x = F.max_pool2d(x, 2) if pooled else x
        x = F.relu(F.linear(x.flatten(1), t["classifier.0.weight"], t["classifier.0.bias"]))
        return F.linear(x, t["classifier.2.weight"], t["classifier.2.bias"])

    with torch.no_grad():
        return torch.cat([forward(to_input(part)) for part in pixels.split(500)])


def top1(logits, labels):
    return round(float((logits.argmax(1) == labels).double().mean()), 4)


def finish(args):
    kind, sets = args.kind, load_images(args)
    states = {m: torch.load(checkpoint(args, kind, m)) for m in range(MEMBERS) if checkpoint(args, kind, m).exists()}
    unfinished = [m for m in range(MEMBERS) if m not in states or states[m]["epoch"] != states[m]["epochs"]]
    if unfinished:
        raise SystemExit(f"train_cifar.py: members {unfinished} are not trained to their end; run `train` again")
    out = ROOT / "replication" / KINDS[kind]
    out.mkdir(parents=True, exist_ok=True)
    members, sums, running = [], {}, {"calibration": [], "test": []}
    for m, state in states.items():
        tensors = tensors_of(kind, state)
        write_safetensors(out / f"m{m}.safetensors", tensors,
                          {"fxe.network": KINDS[kind], "fxe.source": "tools/train_cifar.py"})
        alone = {}
        for name in running:
            pixels, labels = sets[name]
            logits = plain_logits(kind, tensors, pixels)
            sums[name] = sums.get(name, 0) + logits
            alone[name] = top1(logits, labels)
            running[name].append(top1(sums[name], labels))
        members.append({"name": f"m{m}", "seed": state["seed"], "cpu_seconds": round(state["cpu_seconds"]),
                        "calibration_top1": alone["calibration"], "test_top1": alone["test"]})
    (out / "classes.txt").write_text("\n".join(torch.load(args.work / "images.pt")["classes"]) + "\n")
    ensemble = {"schema": "fxe.ensemble/1", "name": KINDS[kind], "classes": "classes.txt", "combine": "logits",
                "members": [{"name": m["name"], "model": f"{m['name']}.safetensors", "network": KINDS[kind],
                             "preprocess": "cifar-32"} for m in members]}
    (out / "ensemble.json").write_text(json.dumps(ensemble, indent=1) + "\n")
    report = {"by": "tools/train_cifar.py", "torch": states[0]["torch"], "network": KINDS[kind], "epochs": EPOCHS[kind],
              "batch": BATCH, "optimizer": "SGD, Nesterov momentum, one cycle", "rate": RATE, "momentum": MOMENTUM,
              "decay": DECAY, "precision": "bf16 autocast",
              "augmentation": f"mirrored, moved by up to {SHIFT} pixels",
              "images": {name: len(labels) for name, (_, labels) in sets.items()}, "members": members,
              "first": running}
    (out / "training.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps({"members": members, "first": running}, indent=1))


def images(args):
    """Folders as fxe reads them, with the archive's own files."""
    for name, label, file, data in entries(args.archive):
        if name == "train":
            if int(file.partition(".")[0]) % 10 != 5:
                continue
            name = "trained"
        folder = args.work / name / label
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["images", "train", "finish"])
    parser.add_argument("--archive", type=pathlib.Path, help="tar of images, {train,test}/CLASS/NNNN.jpg")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of images and checkpoints")
    parser.add_argument("--kind", choices=list(KINDS), help="without it, all, one after another")
    parser.add_argument("--members", default=f"0-{MEMBERS - 1}", help="such as 0-3, or 5")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if args.action == "finish" and not args.kind:
        parser.error("finish needs --kind")
    {"images": images, "train": train, "finish": finish}[args.action](args)


if __name__ == "__main__":
    main()

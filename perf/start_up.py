#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From nothing to an ensemble's first answer, in turn with reading its weight files; the page cache is warm.

usage: perf/start_up.py [ENSEMBLE IMAGE] [--fxe build/fxe] [--policy full] [--threads 0] [--rounds 7]

Without ENSEMBLE: eight ResNet-50 with seeded random weights (0.8 GB in a temporary folder) and a grey image.
The first answer: a process "fxe classify ENSEMBLE IMAGE --device cpu --quiet", from its start to its exit.
  read     reads every byte of the weight files with read(2) into fresh memory that is kept, as a program that copies its
           weights does; one thread
  into one the same into one buffer for all files: nothing is kept
Seconds of wall clock and of processor time (user and system); ratios are of two taken in turn.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time


def make_ensemble(folder, fxe, weights):
    members = []
    for seed in range(1, 9):
        members.append(str(folder / f"m{seed}.safetensors"))
        subprocess.run([weights, "resnet50", str(seed), members[-1]], check=True)
    ensemble, image = folder / "ensemble.json", folder / "grey.ppm"
    command = [fxe, "init", *members, "--preprocess", "torchvision-224", "--quiet", "-o", str(ensemble)]
    subprocess.run(command, check=True)
    image.write_bytes(b"P6\n256 256\n255\n" + bytes([128]) * (256 * 256 * 3))
    return ensemble, image


def weight_files(ensemble):
    members = json.loads(ensemble.read_text())["members"]
    return [ensemble.parent / member["model"] for member in members]


def read_whole(file):
    with file.open("rb", buffering=0) as stream:
        return stream.read()


def read_and_keep(files):
    return [read_whole(file) for file in files]


def read_into_one(files):
    room = memoryview(bytearray(max(file.stat().st_size for file in files)))
    room[:] = bytes(len(room))
    for file in files:
        with file.open("rb", buffering=0) as stream:
            while stream.readinto(room):
                pass


def seconds(call, who):
    """(wall, processor) seconds of call()."""
    before, start = resource.getrusage(who), time.perf_counter()
    call()
    wall, after = time.perf_counter() - start, resource.getrusage(who)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def spread(values, form="{:.3f}"):
    values = sorted(values)
    return " ".join(form.format(v) for v in (values[len(values) // 2], values[0], values[-1]))


def measure(arguments, ensemble, image):
    files = weight_files(ensemble)
    command = [arguments.fxe, "classify", str(ensemble), str(image), "--device", "cpu", "--quiet"]
    command += ["--policy", arguments.policy, "--threads", str(arguments.threads)]
    answer = lambda: subprocess.run(command, check=True)
    answer()  # warms the page cache
    ways = {
        "first answer": (answer, resource.RUSAGE_CHILDREN),
        "read": (lambda: read_and_keep(files), resource.RUSAGE_SELF),
        "into one": (lambda: read_into_one(files), resource.RUSAGE_SELF),
    }
    rounds = [{name: seconds(*way) for name, way in ways.items()} for _ in range(arguments.rounds)]
    total = sum(file.stat().st_size for file in files)
    print(f"{ensemble.name}: {len(files)} members, {total / 1e6:.0f} MB; policy {arguments.policy}; {arguments.rounds} rounds")
    print(f"{'median, least, most':<24}{'wall s':>22}{'processor s':>22}")
    for name in ways:
        print(f"{name:<24}{spread([r[name][0] for r in rounds]):>22}{spread([r[name][1] for r in rounds]):>22}")
    for name in ("read", "into one"):
        ratios = [[r["first answer"][i] / r[name][i] for r in rounds] for i in (0, 1)]
        print(f"{'first answer / ' + name:<24}" + "".join(f"{spread(ratio, '{:.2f}'):>22}" for ratio in ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ensemble", nargs="?", type=pathlib.Path)
    parser.add_argument("image", nargs="?", type=pathlib.Path)
    parser.add_argument("--fxe", default="build/fxe")
    parser.add_argument("--weights", default="build/perf/random_weights")
    parser.add_argument("--policy", default="full")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.ensemble and not arguments.image:
        sys.exit("start_up: expected an IMAGE after ENSEMBLE")
    if arguments.ensemble:
        return measure(arguments, arguments.ensemble, arguments.image)
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments, *make_ensemble(pathlib.Path(folder), arguments.fxe, arguments.weights))


if __name__ == "__main__":
    main()

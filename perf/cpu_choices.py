#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What choices of the CPU engine are worth, each measured in turn with what it is compared with.

usage: perf/cpu_choices.py [--fxe build/fxe] [--rounds 9] [--seconds 1] [--threads 2]

  neighbours    images a second of ResNet-50 while each core has one busy process beside it, over those without
  bf16 weights  AlexNet at batch 1 with --precision bf16, over fp32: ratio of median times
A ratio is of two runs one after the other; its spread is where the median lies with 95 % confidence (perf/README.md).
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from harness.machine import ROOT
from harness.verdict import LEAST_ROUNDS, spread

BUSY = [sys.executable, "-c", "while True: pass"]


def bench(options, network, *arguments):
    """The policy's row of fxe bench."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "bench.json"
        subprocess.run([options.fxe, "bench", network, "--threads", str(options.threads), "--duration", str(options.seconds),
                        "--only-policy", "--quiet", "--json", report, *arguments], check=True)
        return json.loads(report.read_text())["rows"][0]


@contextlib.contextmanager
def busy_neighbours():
    """A session each, so that a scheduler that shares time among sessions sees neighbours and not children."""
    processes = [subprocess.Popen(BUSY, start_new_session=True) for _ in os.sched_getaffinity(0)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def neighbours(options, batch):
    def images_per_second():
        return bench(options, "resnet50", "--batch", str(batch))["images_per_second"]

    ratios = []
    for _ in range(options.rounds):
        alone = images_per_second()
        with busy_neighbours():
            ratios.append(images_per_second() / alone)
    return spread(ratios)


def bf16_weights(options):
    def median(precision):
        return bench(options, "alexnet", "--precision", precision)["latency_ms"]["median"]

    return spread([median("bf16") / median("fp32") for _ in range(options.rounds)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fxe", type=pathlib.Path, default=ROOT / "build/fxe")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.rounds < LEAST_ROUNDS:
        parser.error(f"--rounds: expected {LEAST_ROUNDS} or more, found {options.rounds}: fewer have no spread")
    for batch in (1, 8):
        print(f"ResNet-50, batch {batch}, a busy process per core, images a second over undisturbed: {neighbours(options, batch)}",
              flush=True)
    print(f"AlexNet, batch 1, bf16 weights over fp32: {bf16_weights(options)}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What some choices of the CPU engine gain, each measured in turn with its alternative.

usage: perf/cpu_choices.py [--fxe build/fxe] [--rounds 9] [--seconds 1] [--threads 2]

  neighbours    images per second of ResNet-50 with one busy process per core beside it, divided by those without; and,
                to show what the scheduler leaves, the same for a loop that runs on every core and never waits
  bf16 weights  AlexNet at batch 1 with --precision bf16, over fp32: ratio of median times
Each ratio is of two consecutive runs; its spread contains the median with 95 % confidence (perf/README.md).
"""
import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from harness.machine import ROOT
from harness.verdict import LEAST_ROUNDS, spread

# One process per core, all in one session. A scheduler that shares time among sessions (Linux' autogroup) sees one neighbour
# beside one fxe, and one that shares among threads sees as many of each. Either way half is fair.
BUSY = """
import os, sys
for core in os.sched_getaffinity(0):
    if os.fork() == 0:
        while True: pass
sys.stdin.read()
"""
# The sum of the rounds of a loop on every core.
LOOP = """
import multiprocessing, os, sys, time
def rounds(_):
    count, end = 0, time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end: count += 1
    return count
cores = len(os.sched_getaffinity(0))
with multiprocessing.Pool(cores) as pool: print(sum(pool.map(rounds, range(cores), 1)))
"""


def bench(options, network, *arguments):
    """The policy's row of fxe bench."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "bench.json"
        subprocess.run([options.fxe, "bench", network, "--threads", str(options.threads), "--duration", str(options.seconds),
                        "--only-policy", "--quiet", "--json", report, *arguments], check=True)
        return json.loads(report.read_text())["rows"][0]


@contextlib.contextmanager
def busy_neighbours():
    process = subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def rate_of_loop(options):
    command = [sys.executable, "-c", LOOP, str(options.seconds)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def kept_beside_neighbours(options, rate):
    """The ratio of a rate measured beside neighbours to one measured alone."""
    ratios = []
    for _ in range(options.rounds):
        alone = rate()
        with busy_neighbours():
            ratios.append(rate() / alone)
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
    print("beside a busy process per core, of what there is without:")
    print(f"  a loop on every core   {kept_beside_neighbours(options, lambda: rate_of_loop(options))}", flush=True)
    for batch in (1, 8):
        rate = lambda: bench(options, "resnet50", "--batch", str(batch))["images_per_second"]
        print(f"  ResNet-50, batch {batch}     {kept_beside_neighbours(options, rate)}", flush=True)
    print(f"AlexNet, batch 1, bf16 weights over fp32: {bf16_weights(options)}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fxe and other engines on the same networks, weights, inputs and threads, in turn: perf/README.md.

Times are medians over the rounds, for one batch from inputs to outputs in memory. A spread contains the median ratio with
95 % confidence. FASTER, SLOWER, SAME: the whole spread is below, above or within 2 % of 1. UNCLEAR: none of these; more
rounds or a quieter machine may tell.
"""
import argparse
import contextlib
import importlib.util
import pathlib
import sys
import tempfile

from harness import machine, networks, results, rounds, table
from harness.contestants import Fxe, Peer
from harness.engines import PEERS
from harness.verdict import LEAST_ROUNDS

NETWORKS = "resnet50,alexnet,squeezenet1_1,mobilenet_v2"
MAKERS = ("numpy", "torch", "torchvision", "onnx")  # of the networks


def installed(module):
    return importlib.util.find_spec(module) is not None


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = lambda text: text.split(",")  # noqa: E731
    numbers = lambda text: [int(n) for n in text.split(",")]  # noqa: E731
    parser.add_argument("--networks", type=words, default=words(NETWORKS), help=f"of torchvision; default {NETWORKS}")
    parser.add_argument("--batches", type=numbers, default=[1, 8], help="default 1,8")
    parser.add_argument("--engines", type=words, default=list(PEERS), help=f"peers; default {','.join(PEERS)}")
    parser.add_argument("--threads", type=int, default=2, help="of every engine; default 2")
    parser.add_argument("--rounds", type=int, default=9, help=f"default 9; a verdict takes {LEAST_ROUNDS}")
    parser.add_argument("--seconds", type=float, default=0.5, help="of an engine in a round; default 0.5")
    parser.add_argument("--fxe", type=pathlib.Path, default=machine.ROOT / "build/fxe", help="default build/fxe")
    parser.add_argument("--out", type=pathlib.Path, help="write JSON lines, such as perf/results/2026-01-31-laptop.jsonl")
    options = parser.parse_args()
    for engine in options.engines:
        if engine not in PEERS:
            parser.error(f"--engines: expected some of {','.join(PEERS)}, found '{engine}'")
    if min(options.batches + [options.threads, options.rounds]) < 1:
        parser.error("--batches, --threads, --rounds: expected numbers from 1")
    if not options.fxe.exists():
        parser.error(f"{options.fxe}: not built; run tools/build, or name the program with --fxe")
    options.fxe = options.fxe.resolve()
    missing = [m for m in MAKERS if not installed(m)]
    if missing:
        parser.error(f"the networks are made with {', '.join(missing)}: pip install {' '.join(missing)}")
    return options


def measured(case, peers, options):
    """The rows for one network and batch."""
    with contextlib.ExitStack() as stack:
        contestants = [Fxe(options.fxe, case, options.threads)] + [Peer(p, case, options.threads) for p in peers]
        for contestant in contestants:
            stack.callback(contestant.close)
        entries = rounds.measure(contestants, case.reference, options.rounds, options.seconds)
    settings = {"threads": options.threads, "rounds": options.rounds, "seconds": options.seconds}
    return [{**row, "settings": settings} for row in results.rows_of(case, entries, settings)]


def main():
    options = parse()
    peers = [p for p in options.engines if installed(PEERS[p][0])]
    for peer in (p for p in options.engines if p not in peers):
        print(f"left out: {peer}, not installed here: pip install {PEERS[peer][1]}")
    context = {"machine": machine.machine(), "versions": machine.versions(options.fxe, [*MAKERS, "onnxruntime", "openvino",
                                                                          "opencv-python-headless", "opencv-python"])}
    print(f"{context['machine']}\n{context['versions']}\n{options.threads} threads, {options.rounds} rounds of "
          f"{options.seconds} s in turn\n\n{table.HEAD}")
    groups = []
    for network in options.networks:
        with tempfile.TemporaryDirectory() as folder:
            try:
                cases = networks.make_cases(network, options.batches, folder)
            except ValueError as error:
                sys.exit(f"peers: {error}")
            for case in cases:
                groups.append(measured(case, peers, options))
                print("\n".join(map(table.line_of, groups[-1])), flush=True)
    print("\n" + "\n".join(table.summary(groups)))
    if options.out:
        results.write(options.out, [row for group in groups for row in group], context)
    # If fxe itself is wrong or fails there is nothing to compare.
    return 1 if any(row["engine"] == "fxe" and row["reason"] for group in groups for row in group) else 0


if __name__ == "__main__":
    sys.exit(main())

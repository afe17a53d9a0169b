#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Differential fuzzing: random classifiers, on fxe and on peers. See README.md.

usage: differ.py --program RUN_MODELS [--graphs N] [--seed S] [--jobs J] [--kinds onnx,caffe] [--found FILE] [--out FOLDER]
       [--resume FILE]
Exits 1 if a graph is wrong; its model, images and logits are then in FOLDER/KIND-SEED.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import pathlib
import re
import shutil
import sys
import tempfile
import time

import numpy as np

import caffe_nets
import judge
import onnx_graphs
import peers
from engine import Engine

CHUNK, AHEAD = 250, 25  # graphs per task of a worker; graphs asked for at a time
HERE = pathlib.Path(__file__).parent


def channels_first(images: np.ndarray) -> np.ndarray:
    """In fxe's order. Only an image with channels last has so few values on its last axis."""
    return images if images.shape[3] > 4 else np.ascontiguousarray(images.transpose(0, 3, 1, 2))


def no_peer():
    raise RuntimeError("there is none")


class Case:
    """A graph in its own folder, given to the engine; `peer` and `double` compute its logits."""

    def __init__(self, engine, folder, kind, seed, skip=frozenset()):
        folder.mkdir(exist_ok=True)
        self.folder, self.kind, self.seed, self.skip = folder, kind, seed, skip
        if kind == "onnx":
            self.model, self.images, logits, data = onnx_graphs.generate(seed, skip)
            compared = peers.with_output(self.model, logits)
            self.peer = lambda: peers.onnx_runtime(compared, self.images, folder)
            self.double = lambda: peers.double_precision(compared, self.images, folder)
            engine.ask(onnx_graphs.write(self.model, data, folder), channels_first(self.images))
        else:
            data, self.images, logits = caffe_nets.generate(seed, skip)
            self.peer, self.double = no_peer, lambda: logits
            engine.ask(caffe_nets.write(data, folder), self.images)

    def outcome(self, answer):
        """(outcome, text)"""
        if answer.kind == "ok":
            return judge.judge(answer, self.peer, self.double)
        return ("wrong" if answer.kind == "failed" else "refused"), answer.text.replace(f"{self.folder}/", "")

    def keep(self, out, text):
        place = pathlib.Path(out) / f"{self.kind}-{self.seed}"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder, place)
        nodes = onnx_graphs.text(self.model) if self.kind == "onnx" else ""
        graph = f"{self.kind} graph of seed {self.seed}, without blocks {sorted(self.skip)}"
        (place / "README").write_text(f"{graph}: {text}\n{nodes}")


def reduced(program, folder, kind, seed):
    """The case and its fault, without the blocks that can be left out while it stays wrong."""
    engine, skip, found = Engine(program), frozenset(), None
    for block in [None, *range(6)]:
        case = Case(engine, folder, kind, seed, skip if block is None else skip | {block})
        result, text = case.outcome(engine.answer())
        if result in ("wrong", "unjudged"):
            skip, found = case.skip, text
    case = Case(engine, folder, kind, seed, skip)
    engine.answer()
    engine.close()
    return case, found


def reason(text: str) -> str:
    """A refusal's text, without what differs from graph to graph."""
    text = re.sub(r"'[^']*'", "'...'", text.split(": ", 1)[-1])
    return re.sub(r"-?\d+", "#", text)[:110]


def run_chunk(program, kind, seeds, out):
    """The outcomes for the graphs of these seeds."""
    counts, reasons, wrong = collections.Counter(), collections.Counter(), []
    engine = Engine(program)
    with tempfile.TemporaryDirectory(prefix="differ.", dir="/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None) as name:
        folder = pathlib.Path(name)
        for at in range(0, len(seeds), AHEAD):
            cases = [Case(engine, folder / str(i), kind, seed) for i, seed in enumerate(seeds[at:at + AHEAD])]
            for case in cases:
                result, text = case.outcome(engine.answer())
                counts[result] += 1
                if result == "refused":
                    reasons[reason(text)] += 1
                if result in ("wrong", "unjudged"):
                    wrong.append((case.seed, text))
            shutil.rmtree(folder)
            folder.mkdir()
        engine.close()
        for i, (seed, text) in enumerate(wrong):
            case, found = reduced(program, folder / "reduced", kind, seed)
            case.keep(out, found or text)
            wrong[i] = [seed, f"{found or text} (without blocks {sorted(case.skip)})"]
            shutil.rmtree(case.folder)
    return {"kind": kind, "seeds": seeds, "counts": counts, "reasons": reasons, "wrong": wrong}


def fingerprint(program) -> str:
    """A hash of all that decides the outcomes: chunks from another program or generator do not count."""
    digest = hashlib.sha256(pathlib.Path(program).read_bytes())
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def chunks_of(arguments):
    """(kind, seeds) for one worker."""
    if arguments.found:
        lines = [line.split() for line in open(arguments.found) if line.strip() and not line.startswith("#")]
        for kind in sorted({line[0] for line in lines}):
            yield kind, [int(line[1]) for line in lines if line[0] == kind]
        return
    kinds = arguments.kinds.split(",")
    # Two of three graphs are ONNX.
    shares = {"onnx": 2, "caffe": 1}
    total = sum(shares[k] for k in kinds)
    left = arguments.graphs
    for i, kind in enumerate(kinds):
        graphs = left if i == len(kinds) - 1 else arguments.graphs * shares[kind] // total
        left -= graphs
        for first in range(arguments.seed, arguments.seed + graphs, CHUNK):
            yield kind, list(range(first, min(first + CHUNK, arguments.seed + graphs)))


def report(results, seconds):
    for kind in sorted({r["kind"] for r in results}):
        counts, reasons = collections.Counter(), collections.Counter()
        for r in results:
            if r["kind"] == kind:
                counts.update(r["counts"])
                reasons.update(r["reasons"])
        total = sum(counts.values())
        outcomes = ("equal", "refused", "degenerate", "unjudged", "wrong")
        print(f"{kind}: {total} graphs: " + ", ".join(f"{counts[k]} {k}" for k in outcomes))
        for text, count in reasons.most_common(12):
            print(f"  {count:6} refused: {text}")
    for r in results:
        for seed, text in r["wrong"]:
            print(f"WRONG {r['kind']} seed {seed}: {text}\n  again: tools/differ --kinds {r['kind']} --seed {seed} --graphs 1")
    graphs = sum(len(r["seeds"]) for r in results)
    print(f"{graphs} graphs in {seconds:.0f} s, {graphs / max(seconds, 1e-9):.0f} a second")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the run_models of a build")
    parser.add_argument("--graphs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kinds", default="onnx,caffe")
    parser.add_argument("--out", default="differ-findings")
    parser.add_argument("--found", help="a file with graphs, KIND SEED and a comment on a line: these alone")
    parser.add_argument("--resume", help="a file that remembers finished chunks")
    arguments = parser.parse_args()
    print(f"differ: {arguments.found or f'{arguments.graphs} graphs from seed {arguments.seed}'}", flush=True)
    made_by, done = fingerprint(arguments.program), []
    if arguments.resume and pathlib.Path(arguments.resume).exists():
        done = [json.loads(line) for line in open(arguments.resume)]
    known = {(r["kind"], *r["seeds"]): r for r in done if r["by"] == made_by}
    started, results = time.time(), []
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        futures = []
        for kind, seeds in chunks_of(arguments):
            if (kind, *seeds) in known:
                results.append(known[kind, *seeds])
            else:
                futures.append(pool.submit(run_chunk, arguments.program, kind, seeds, arguments.out))
        for future in concurrent.futures.as_completed(futures):
            results.append(future.result())
            if arguments.resume:
                with open(arguments.resume, "a") as file:
                    file.write(json.dumps({**results[-1], "by": made_by}) + "\n")
            if sys.stderr.isatty():
                print(f"\r{sum(len(r['seeds']) for r in results)} of {arguments.graphs}", end="", file=sys.stderr)
    report(results, time.time() - started)
    return 1 if any(r["wrong"] for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())

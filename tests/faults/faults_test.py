#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command that writes, while the operating system fails it.

Each call that opens, writes, syncs, renames or truncates a file is made to fail, and in other runs the process is killed
there. Then the exit code is 1 and the line says why; every file has its old content or is complete; nothing else is left,
or only what the next run removes. The same if record cannot read an image; the next run goes on with it.

usage: faults_test.py FXE FAIL_AT_LIBRARY SOURCE_DIR
FXE_FAULTS=all tries every call of every command (minutes); otherwise a sample, chosen by FXE_SEED.
"""
import errno
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from commands import Inputs

FXE, LIBRARY, SOURCE = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
KINDS = ("open", "write", "fsync", "rename", "truncate")
SAMPLE = 3  # of each command, of either sort


def fxe(words, folder, **variables):
    return subprocess.run([FXE, *words] + ([] if words[0] in ("replay", "calibrate", "import", "figures", "doctor")
                                           else ["--device", "cpu", "--threads", "1"]),
                          cwd=folder, env={**os.environ, "GOMP_SPINCOUNT": "1000", **variables}, capture_output=True, text=True, timeout=120)


def faulty(words, folder, kind, at, error, count=None):
    more = {"FXE_FAIL_COUNT": str(count)} if count else {}
    return fxe(words, folder, LD_PRELOAD=LIBRARY, FXE_FAIL=kind, FXE_FAIL_AT=str(at), FXE_FAIL_ERRNO=str(error), **more)


def content(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def is_complete(name, found, clean, killed=False):
    """Whether a file is as the run without a fault wrote it. Times differ, so reports need only be complete."""
    if found == clean or (killed and name == "t.csv" and not found):  # with which the next run begins
        return True
    if name in ("r.json", "new.costs.json"):
        return found.rstrip().endswith(b"}") and found.startswith(clean[:20])
    if name == "t.csv":
        return found.endswith(b"\n") and found.count(b"\n") == clean.count(b"\n")
    return False


def check(command, words, outputs, inputs, scratch, draw):
    """Returns how many faults were tried, and what did not hold."""
    wrong = []

    def fresh():
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(inputs, scratch)
        return content(scratch)

    # Twice: the second run, which is made to fail, replaces the outputs of the first.
    fresh()
    run = fxe(words, scratch)
    if run.returncode != 0:
        return 0, [f"{command}: {run.stderr}"]
    clean = content(scratch)

    def points(kind):
        fresh()
        count = inputs.parent / "count"
        faulty(words, scratch, kind, 0, errno.EIO, count)
        return [(kind, at) for at in range(1, int(count.read_text()) + 1)]

    written = sum(map(points, KINDS), [])
    if sum(kind == "fsync" for kind, _ in written) < len(outputs):
        wrong.append(f"{command}: not all of its files are put on disk")
    faults = [(kind, at, error) for kind, at in written for error in (errno.ENOSPC, errno.EIO)]
    kills = [(kind, at, 0) for kind, at in written]
    reads = [(kind, at, errno.EIO) for kind, at in points("read")] if command == "record" else []
    if os.environ.get("FXE_FAULTS") != "all":
        faults, kills, reads = (draw.sample(x, min(len(x), SAMPLE)) for x in (faults, kills, reads))
    for kind, at, error in faults + kills + reads:
        before = fresh()
        run = faulty(words, scratch, kind, at, error)
        after = content(scratch)
        where = f"{command}: {kind} {at} " + (os.strerror(error) if error else "killed")
        problems = []
        for name, found in after.items():
            if name.endswith(".fxe-tmp") or name.endswith(".partial"):
                continue
            if found != before.get(name) and not is_complete(name, found, clean.get(name, b""), not error):
                problems.append(f"{name} is neither old nor complete")
        if error:
            if run.returncode != 1 or os.strerror(error) not in run.stderr or "nexpected" in run.stderr:
                problems.append(f"exit code {run.returncode}: {run.stderr!r}")
            if len(run.stderr.splitlines()) > 2:
                problems.append(f"more than a line: {run.stderr!r}")
            problems += [f"{name} is left" for name in after if name.endswith(".fxe-tmp")]
        elif run.returncode != -9:
            problems.append(f"was not killed: {run.returncode}")
        if not error or kind == "read":
            again = fxe(words, scratch)
            # A complete store is not made again.
            done = "new exists" in again.stderr
            if again.returncode != 0 and not done:
                problems.append(f"the next run: {again.stderr!r}")
            left = [n for n in content(scratch) if n.endswith(".fxe-tmp") and not done]
            problems += [f"{name} is left by the next run" for name in left]
            problems += [f"the next run has not written {name}" for name in outputs
                         if not done and not is_complete(name, content(scratch).get(name, b""), clean[name])
                         and name != "t.csv"]
        wrong += [f"{where}: {p}" for p in problems]
    return len(faults) + len(kills) + len(reads), wrong


def main():
    seed = int(os.environ.get("FXE_SEED", "1"))
    print(f"seed {seed}")
    draw = random.Random(seed)
    tried, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder:
        inputs = pathlib.Path(folder) / "inputs"
        inputs.mkdir()
        made = Inputs(inputs, SOURCE, fxe)
        for command, (words, outputs) in made.COMMANDS.items():
            count, found = check(command, words, outputs, inputs, pathlib.Path(folder) / "scratch", draw)
            tried += count
            wrong += found
            print(f"{command}: {count} faults, {len(found)} wrong", flush=True)
    print("\n".join(wrong))
    print(f"{tried} faults, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

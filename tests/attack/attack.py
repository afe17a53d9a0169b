#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks the program: damaged files, random options, failing calls, kills, limits, streams, races. See SECURITY.md.

usage: attack.py --fxe PROGRAM --library FAIL_AT --seeds WRITE_SEEDS [--minutes N] [--rounds N] [--seed S] [--jobs J]
                 [--only ATTACK] [--out FOLDER]
Exits 1 if something was found; for each finding FOLDER then holds the files, what was seen, and `repeat`.
"""
import argparse
import collections
import concurrent.futures
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import attacks
import files
import process
from place import Place, draw_of

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
COLUMNS = ("crashes", "hangs", "files", "left", "messages")
CHUNK = 10  # rounds of a worker's task


def order_of_attacks(only):
    """The attack of each round: every attack in its share, evenly spread."""
    chosen = {name: share for name, (_, share) in attacks.ATTACKS.items() if only in (None, name)}
    slots = sorted(((i + 0.5) / share, name) for name, share in chosen.items() for i in range(share))
    return [name for _, name in slots]


def worker(arguments, folder):
    global place, order
    order = order_of_attacks(arguments.only)
    place = Place(arguments.fxe, arguments.library, folder / "seeds", pathlib.Path(tempfile.mkdtemp(dir=folder)), SOURCE)


def run_rounds(arguments, numbers):
    """Counts by attack, and findings, which are saved."""
    counts, found = collections.defaultdict(collections.Counter), []
    most = collections.defaultdict(lambda: [0.0, 0.0])
    for number in numbers:
        name = order[number % len(order)]
        round_ = attacks.Round(place, draw_of(arguments.seed, number), name)
        attacks.ATTACKS[name][0](round_)
        for run in round_.runs:
            counts[name]["runs"] += 1
            counts[name][f"exit {run.code}" if run.started and not run.killed else "killed" if run.killed else "not started"] += 1
            most[name] = [max(most[name][0], run.seconds), max(most[name][1], run.megabytes)]
        for at, finding in enumerate(round_.findings):
            counts[name][finding.what] += 1
            found.append(save(arguments, number, at, finding))
    return dict(counts), dict(most), found


def save(arguments, number, at, finding):
    folder = pathlib.Path(arguments.out) / f"{number}-{at}-{finding.what}"
    files.save(folder / "folder", finding.before)
    words = finding.run.words
    (folder / "repeat").write_text(process.repeat_script(arguments.fxe, words, finding.environment))
    (folder / "repeat").chmod(0o755)
    line = shlex.join(words)
    (folder / "seen").write_text(f"{finding.attack}, round {number} of seed {arguments.seed}: {finding.what}: {finding.text}\n"
                                 f"exit code {finding.run.code} of {line}\n"
                                 f"--- output\n{finding.run.out}\n--- errors\n{finding.run.err}\n")
    return f"{finding.what}: {finding.attack}: fxe {line}: {finding.text}"[:400] + f"\n  {folder}"


def table(counts, most):
    print(f"{'':16}{'runs':>8}" + "".join(f"{c:>9}" for c in COLUMNS) +
          f"{'exit 0':>9}{'1':>7}{'2':>7}{'3':>6}{'other':>7}{'most s':>8}{'MB':>6}")
    total = collections.Counter()
    for name in [n for n in attacks.ATTACKS if n in counts] + ["all"]:
        row = counts.get(name, total)
        if name != "all":
            total.update(row)
        exits = [row[f"exit {code}"] for code in range(4)]
        seconds, megabytes = most.get(name) or [max(m[i] for m in most.values()) for i in (0, 1)]
        print(f"{name:16}{row['runs']:8}" + "".join(f"{row[c]:9}" for c in COLUMNS) +
              f"{exits[0]:9}{exits[1]:7}{exits[2]:7}{exits[3]:6}{row['runs'] - sum(exits):7}{seconds:8.1f}{megabytes:6.0f}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fxe", required=True, type=pathlib.Path)
    parser.add_argument("--library", required=True, type=pathlib.Path, help="fail_at of tests/faults")
    parser.add_argument("--seeds", required=True, type=pathlib.Path, help="the program write_seeds of tests/fuzz")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=10**9, help="so many at most")
    parser.add_argument("--first", type=int, default=0, help="the first round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", choices=sorted(attacks.ATTACKS))
    parser.add_argument("--out", default="attack-findings")
    arguments = parser.parse_args()
    for name in ("fxe", "library", "seeds"):
        setattr(arguments, name, getattr(arguments, name).resolve())
    return arguments


def main() -> int:
    arguments = parse()
    print(f"attack: seed {arguments.seed}, {arguments.minutes:g} minutes at most", flush=True)
    shutil.rmtree(arguments.out, ignore_errors=True)
    end = time.monotonic() + arguments.minutes * 60
    last = arguments.first + arguments.rounds
    counts, most, found = collections.defaultdict(collections.Counter), {}, []
    memory = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="attack.", dir=memory) as name:
        folder = pathlib.Path(name)
        subprocess.run([arguments.seeds, folder / "seeds"], check=True)
        with concurrent.futures.ProcessPoolExecutor(arguments.jobs, initializer=worker, initargs=(arguments, folder)) as pool:
            pending, number = set(), arguments.first
            while True:
                while number < last and len(pending) < 2 * arguments.jobs and time.monotonic() < end:
                    numbers = range(number, min(number + CHUNK, last))
                    pending.add(pool.submit(run_rounds, arguments, numbers))
                    number = numbers.stop
                if not pending:
                    break
                done, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    its_counts, its_most, its_found = future.result()
                    for attack, row in its_counts.items():
                        counts[attack].update(row)
                        most[attack] = [max(a, b) for a, b in zip(most.get(attack, [0, 0]), its_most.get(attack, [0, 0]))]
                    for line in its_found:
                        print(line, flush=True)
                    found += its_found
    table(counts, most)
    print(f"{len(found)} findings" + (f" in {arguments.out}" if found else ""))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts of work against the table counts.txt: memory, launches, copies, waits, allocations, instructions.

    tests/counts/counts_test.py BUILD [--update]

Figures of count_exact must be equal; those that depend on cuDNN's choices are compared if its version is the table's.
CPU instructions (callgrind) depend on the compiler and the libraries, so they are compared if both are the table's, and may
differ by 1 %. After an intended change: --update.
"""
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from skips import report

TABLE = pathlib.Path(__file__).with_name("counts.txt")
WORK = {"tail": "of 64 images with 1000 classes", "resize": "500 x 375 to 224 x 224 with crop and normalisation",
        "replay": "decisions for 20000 images of 8 sizes"}
TOLERANCE = 0.01
CUDNN = "version of cuDNN"


def toolchain():
    version = subprocess.run(["c++", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    libc = subprocess.run(["ldd", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    return f"{version}; {libc}"


def exact(build):
    done = subprocess.run([build / "tests/counts/count_exact"], capture_output=True, text=True, check=True)
    return {name: int(value) for value, name in (line.split(" ", 1) for line in done.stdout.splitlines())}


def instructions(build):
    """The figures of one run: half the difference between three runs and one."""
    def collected(what, times):
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                               build / "tests/counts/count_work", what, str(times)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"valgrind: {done.stderr}")
        return int(re.search(r"Collected : (\d+)", done.stderr).group(1))
    return {f"instructions of the {what}, {of}": (collected(what, 3) - collected(what, 1)) // 2
            for what, of in WORK.items()}


def write(counts, key):
    lines = [f"# instructions with {key}; written by counts_test.py --update"]
    lines += [f"{value:>12} {name}" for name, value in counts.items()]
    TABLE.write_text("\n".join(lines) + "\n")


def read():
    first, *lines = TABLE.read_text().splitlines()
    rows = (line.split(maxsplit=1) for line in lines)
    return first.removeprefix("# instructions with ").partition("; written")[0], {name: int(value) for value, name in rows}


def differences(counts, table, skipped):
    for name in sorted(set(counts) | set(table)):
        now, then = counts.get(name), table.get(name)
        if any(name.startswith(s) for s in skipped):
            continue
        is_about = name.startswith("instructions") and now is not None and then is not None
        if now != then and not (is_about and abs(now - then) <= TOLERANCE * then):
            yield f"{name}: {now}, in the table {then}"


def main():
    build = pathlib.Path(sys.argv[1])
    key = toolchain()
    counts = exact(build)
    if "--update" in sys.argv:
        write({**counts, **instructions(build)}, key)
        return 0
    made_with, table = read()
    skipped = []
    if counts.get(CUDNN) != table.get(CUDNN):  # or built without CUDA
        skipped += ["h200", CUDNN]
    if made_with == key and shutil.which("valgrind"):
        counts.update(instructions(build))
    else:
        skipped.append("instructions")
    found = list(differences(counts, table, skipped))
    missing = "" if shutil.which("valgrind") else "no valgrind; "
    why = f"{missing}the table is of {made_with}, cuDNN {table.get(CUDNN)}; here {key}, cuDNN {counts.get(CUDNN)}"
    report("Counts", {group: why if group in skipped else None for group in ("exact", "h200", "instructions")})
    print("\n".join(found))
    print(f"{len(counts)} counts, {len(found)} differ from tests/counts/counts.txt"
          + (f"; not compared: {', '.join(skipped)} (table: {made_with}, here: {key})" if skipped else ""))
    if found:
        print(f"if that is intended: tests/counts/counts_test.py {build} --update")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

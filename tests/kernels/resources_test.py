#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Registers, stack, spills and static shared memory of every kernel against the table kernels/resources.txt.

    tests/kernels/resources_test.py NVCC [--update]

With the toolkit release that made the table all figures must be equal; another one may choose other registers, but
neither spill nor use more stack or shared memory.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "kernels/resources.txt"
ARCHITECTURE = "sm_90"
COLUMNS = ("registers", "stack_bytes", "spill_bytes", "shared_bytes")


def release(nvcc: str) -> str:
    text = subprocess.run([nvcc, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"release ([\d.]+)", text).group(1)


def number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(match.group(1)) if match else 0


def resources_of(nvcc: str, source: pathlib.Path) -> dict[str, tuple[int, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([nvcc, "-std=c++20", f"-I{ROOT}", f"-arch={ARCHITECTURE}", "-cubin", "-Xptxas", "-v",
                               source, "-o", f"{folder}/kernel.cubin"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{source}: {done.stderr}")
    kernels = {}
    for part in done.stderr.split("Compiling entry function '")[1:]:
        kernels[part.split("'")[0]] = (number(r"Used (\d+) registers", part), number(r"(\d+) bytes stack frame", part),
                                       number(r"(\d+) bytes spill stores", part), number(r"(\d+) bytes smem", part))
    return kernels


def readable(names: list[str]) -> list[str]:
    text = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout
    return [re.sub(r"^void |\(.*\)$", "", name).replace("fxe::", "").replace(" ", "") for name in text.split("\n")]


def measured(nvcc: str) -> dict[str, tuple[int, ...]]:
    sources = sorted((ROOT / "kernels").glob("*.cu"))
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        found = {}
        for kernels in pool.map(lambda source: resources_of(nvcc, source), sources):
            found.update(kernels)
    names = sorted(found)
    return dict(sorted(zip(readable(names), (found[name] for name in names))))


def write_table(nvcc: str, kernels) -> None:
    lines = [f"# nvcc {release(nvcc)} {ARCHITECTURE}: {' '.join(COLUMNS)} kernel; written by resources_test.py --update"]
    lines += [" ".join(f"{value:5}" for value in values) + f" {name}" for name, values in kernels.items()]
    TABLE.write_text("\n".join(lines) + "\n")


def read_table():
    first, *lines = TABLE.read_text().splitlines()
    rows = [line.split() for line in lines]
    return first.split()[2], {row[-1]: tuple(map(int, row[:-1])) for row in rows}


def main() -> int:
    nvcc = sys.argv[1]
    kernels = measured(nvcc)
    if "--update" in sys.argv:
        write_table(nvcc, kernels)
        return 0
    made_with, table = read_table()
    same = made_with == release(nvcc)
    wrong = 0
    for name in sorted(set(kernels) | set(table)):
        now, then = kernels.get(name), table.get(name)
        if now and then and (now == then if same else all(a <= b for a, b in zip(now[1:], then[1:]))):
            continue
        wrong += 1
        print(f"{name}: {dict(zip(COLUMNS, now)) if now else 'gone'}, "
              f"in the table {dict(zip(COLUMNS, then)) if then else 'missing'}")
    print(f"{len(kernels)} kernels, {wrong} differ from kernels/resources.txt (nvcc {made_with}, here {release(nvcc)})")
    if wrong:
        print(f"if that is intended: tests/kernels/resources_test.py {nvcc} --update")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

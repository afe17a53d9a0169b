#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles every kernel for every architecture, and compares registers, stack, spills and static shared memory with
the table kernels/resources.txt.

    tests/kernels/resources_test.py NVCC [--quick] [--update]

With the toolkit release that made the table all figures must be equal. Another release may use other registers, but must
neither spill nor use more stack or shared memory. --quick, or FXE_QUICK in the environment: one architecture only.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "kernels/resources.txt"
ARCHITECTURES = [75, 80, 86, 89, 90, 100, 120]
QUICK = [90]
AT_MOST = ("stack", "spilled", "shared")  # bytes, the most of any architecture


def release(nvcc: str) -> str:
    text = subprocess.run([nvcc, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"release ([\d.]+)", text).group(1)


def number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(match.group(1)) if match else 0


def resources_of(nvcc: str, source: pathlib.Path, architectures: list[int]):
    """{kernel: {architecture: (registers, stack, spilled, shared)}}"""
    code = [f"-gencode=arch=compute_{a},code=sm_{a}" for a in architectures]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([nvcc, "-std=c++20", f"-I{ROOT}", *code, "-fatbin", "-Xptxas", "-v", source, "-o",
                               f"{folder}/kernel.fatbin"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{source}: {done.stderr}")
    kernels = {}
    for part in done.stderr.split("Compiling entry function '")[1:]:
        kernels.setdefault(part.split("'")[0], {})[number(r"' for 'sm_(\d+)", part)] = (
            number(r"Used (\d+) registers", part), number(r"(\d+) bytes stack frame", part),
            number(r"(\d+) bytes spill stores", part), number(r"(\d+) bytes smem", part))
    return kernels


def readable(names: list[str]) -> list[str]:
    text = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout
    return [re.sub(r"^void |\(.*\)$", "", name).replace("fxe::", "").replace(" ", "") for name in text.split("\n")]


def measured(nvcc: str, architectures: list[int]):
    """{kernel: ({architecture: registers}, (stack, spilled, shared))}"""
    sources = sorted((ROOT / "kernels").rglob("*.cu"), key=lambda s: s.parent.name == "nhwc")  # the slow ones first
    found = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for kernels in pool.map(lambda source: resources_of(nvcc, source, architectures), sources):
            found.update(kernels)
    result = {}
    for mangled, name in sorted(zip(found, readable(list(found))), key=lambda pair: pair[1]):
        figures = found[mangled]
        if sorted(figures) != sorted(architectures):
            sys.exit(f"{name}: compiled for {sorted(figures)}, expected {architectures}")
        result[name] = ({a: f[0] for a, f in figures.items()},
                        tuple(max(f[i] for f in figures.values()) for i in (1, 2, 3)))
    return result


def write_table(nvcc: str, kernels) -> None:
    heads = [f"sm_{a}" for a in ARCHITECTURES]
    lines = [f"# nvcc {release(nvcc)}; written by resources_test.py --update. Registers by architecture; bytes, the most of any:",
             "".join(f"{h:>8}" for h in [*heads, *AT_MOST]) + " kernel"]
    for name, (registers, at_most) in kernels.items():
        lines.append("".join(f"{v:8}" for v in [*(registers[a] for a in ARCHITECTURES), *at_most]) + f" {name}")
    TABLE.write_text("\n".join(lines) + "\n")


def read_table():
    first, _, *lines = TABLE.read_text().splitlines()
    table = {}
    for line in lines:
        *figures, name = line.split()
        table[name] = (dict(zip(ARCHITECTURES, map(int, figures))), tuple(map(int, figures[len(ARCHITECTURES):])))
    return first.split()[2].rstrip(";"), table


def agree(now, then, same_toolkit: bool, architectures: list[int]) -> bool:
    if not now or not then or any(a > b for a, b in zip(now[1], then[1])):
        return False
    if not same_toolkit:
        return True
    return all(now[0][a] == then[0][a] for a in architectures) and (architectures != ARCHITECTURES or now[1] == then[1])


def main() -> int:
    nvcc = sys.argv[1]
    quick = "--quick" in sys.argv or os.environ.get("FXE_QUICK")
    architectures = QUICK if quick and "--update" not in sys.argv else ARCHITECTURES
    kernels = measured(nvcc, architectures)
    if "--update" in sys.argv:
        write_table(nvcc, kernels)
        return 0
    made_with, table = read_table()
    wrong = [n for n in sorted(set(kernels) | set(table))
             if not agree(kernels.get(n), table.get(n), made_with == release(nvcc), architectures)]
    for name in wrong:
        print(f"{name}: {kernels.get(name, 'gone')}, in the table {table.get(name, 'missing')}")
    print(f"{len(kernels)} kernels for {len(architectures)} architectures, {len(wrong)} differ from kernels/resources.txt "
          f"(nvcc {made_with}, here {release(nvcc)})")
    if wrong:
        print(f"if that is intended: tests/kernels/resources_test.py {nvcc} --update")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

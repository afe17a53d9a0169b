#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reports what the tests on the simulated GPU ran, and fails if they left out a function of CUDA that the engine calls.

    coverage_test.py COVERAGE_FILE REPORT ARCHIVE...

Adds up the programs' counts (coverage.h), prints them, also into the report, and removes the file. The engine's functions are those that
its archives leave to the linker, the wrapped ones of cuDNN and cuBLASLt, and those of CUPTI that it looks up by name.
"""
import collections
import pathlib
import re
import subprocess
import sys

CUDNN = {"cudnnCreate", "cudnnDestroy", "cudnnSetStream", "cudnnBackendSetAttribute", "cudnnBackendDestroyDescriptor",
         "cudnnBackendExecute"}
CUBLASLT = {"cublasLtCreate", "cublasLtDestroy", "cublasLtMatmulAlgoGetHeuristic", "cublasLtMatmulAlgoInit", "cublasLtMatmulAlgoCheck",
            "cublasLtMatmulAlgoCapGetAttribute", "cublasLtMatmulAlgoConfigSetAttribute", "cublasLtMatmulAlgoConfigGetAttribute",
            "cublasLtMatmul"}


def called_by(archives: list[str]) -> set[str]:
    symbols = subprocess.run(["nm", "-u", *archives], capture_output=True, text=True, check=True).stdout
    runtime = set(re.findall(r"\bU (cuda[A-Z]\w+)$", symbols, re.MULTILINE))
    cupti = {name.decode() for path in archives for name in re.findall(rb"\0(cupti[A-Z]\w+)(?=\0)", pathlib.Path(path).read_bytes())}
    return runtime | CUDNN | CUBLASLT | cupti


def main() -> int:
    file = pathlib.Path(sys.argv[1])
    counts: collections.Counter = collections.Counter()
    for line in file.read_text().splitlines():
        name, count = line.split()
        counts[name] += int(count)
    file.unlink()
    called = called_by(sys.argv[3:])
    unused = sorted(name for name in called if not counts[name])
    text = (f"simulated GPU: {counts['graphs']} graphs made executable and launched {counts['graph_launches']} times, "
            f"{counts['bodies_taken']} bodies taken, {counts['bodies_skipped']} skipped, {counts['kernels']} kernels, "
            f"{counts['convolutions']} of them cuDNN's, {counts['products']} products of cuBLASLt's, {counts['copies']} copies\n"
            f"functions of CUDA, cuDNN, cuBLASLt and CUPTI: {len(called) - len(unused)} used of {len(called)} that the engine calls\n")
    if unused:
        text += "never called: " + ", ".join(unused) + "\n"
    print(text, end="")
    report = pathlib.Path(sys.argv[2])
    report.parent.mkdir(exist_ok=True)
    report.write_text(text)
    return 1 if unused or not counts["bodies_skipped"] else 0


if __name__ == "__main__":
    sys.exit(main())

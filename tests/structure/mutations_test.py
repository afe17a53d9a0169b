#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Planted faults can be planted: the text that each replaces stands in its file exactly once. What they prove takes long and is
run on request; without this, moved or changed source would make a list useless until then.

usage: mutations_test.py SOURCE_DIR
"""
import importlib.util
import pathlib
import sys

LISTS = ["tests/kernels/mutations.py", "tests/simulated_device/host_mutations.py", "tests/attack/mutations.py"]


def misplaced(root, name):
    spec = importlib.util.spec_from_file_location(pathlib.Path(name).stem, root / name)
    listed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(listed)
    assert len(listed.MUTATIONS) > 20, name
    for fault, _, file, text, *_ in listed.MUTATIONS:
        path = root / file
        times = path.read_text().count(text) if path.is_file() else 0
        if times != 1:
            yield f"{name}: {fault}: expected once in {file}, found {times} times: {text!r}"


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    found = [line for name in LISTS for line in misplaced(root, name)]
    print("\n".join(found) if found else "every planted fault has its place")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the decoders' tests under valgrind's memcheck: no byte of a picture may come from uninitialised memory. One test has
such a byte, to see that it is found.

usage: memcheck_test.py TEST_ENGINE"""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from skips import report

TESTS = "OddImages.*:Decode.*:HostileImages.Truncat*:HostileImages.Damage*"
FOUND = 9


def run(program, *options):
    environment = {name: value for name, value in os.environ.items() if name != "GTEST_OUTPUT"}
    return subprocess.run(["valgrind", "--quiet", f"--error-exitcode={FOUND}", "--undef-value-errors=yes", program,
                           "--gtest_brief=1", *options], capture_output=True, text=True, env=environment)


def main():
    missing = shutil.which("valgrind") is None
    report("Memcheck", {"decoders": "no valgrind" if missing else None})
    if missing:
        print("skipped: no valgrind")
        return 0
    planted = run(sys.argv[1], "--gtest_also_run_disabled_tests", "--gtest_filter=OddImages.DISABLED_*")
    if planted.returncode != FOUND or "uninitialised" not in planted.stderr:
        print(f"a byte that nothing wrote was not found: exit code {planted.returncode}\n{planted.stderr}")
        return 1
    done = run(sys.argv[1], f"--gtest_filter={TESTS}")
    print(done.stdout[-4000:], done.stderr[-8000:], sep="\n")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Commands that use threads, under ThreadSanitizer: no data race.

usage: threads_test.py FXE SOURCE_DIR      FXE: built by the preset tsan

What is not instrumented cannot be judged, and its synchronisation is not seen:
  libgomp   starts the threads that oneDNN's loops run on. fxe's own loops run on threads of its own (layers/cpu/workers.h) and
            use OpenMP once, to learn which threads these are.
  oneDNN    hence races reported inside of it, or in what it calls, are no news of fxe.
Nothing in fxe's own code is suppressed.
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parent.parent / "faults"))

from commands import Inputs

FXE, SOURCE = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
SUPPRESSIONS = "called_from_lib:libgomp.so\ncalled_from_lib:libdnnl.so\n"
RACE = 66  # exit code
CPU = ["--device", "cpu", "--threads", "4"]
SHORT = ["--duration", "0.2", "--warmUp", "1", "--iterations", "5", "--only-policy"]

COMMANDS = [
    ["eval", "e.json", "images", *CPU, "--batch", "4", "--predictions", "p.csv", "--json", "r.json"],
    ["eval", "e.json", "images", *CPU, "--batch", "8", "--compare-full", "--policy", "t:0.5"],
    ["record", "e.json", "images", *CPU, "--batch", "8", "-o", "new"],
    ["record", "e.json", "images", *CPU, "-o", "compact", "--compact"],
    ["replay", "st", "--threads", "4", "--predictions", "q.csv"],
    ["calibrate", "st", "--threads", "4", "--objective", "gap<=50pt", "--search", "subset", "--compare-signals"],
    ["calibrate", "st", "--threads", "4", "--objective", "harm<=50pt@50%", "--fit-temperatures"],
    ["figures", "st", "-o", "f", "--no-plots", "--threads", "4"],
    ["bench", "e.json", *CPU, *SHORT, "--batch", "4", "--images", "images"],
    ["bench", "m0.safetensors", *CPU, *SHORT, "--batch", "8"],
    ["convert", "m0.safetensors", "-o", "c.safetensors"],
    ["check", "m0.safetensors", *CPU, "--batch", "3"],
    ["classify", "e.json", "images/0/000.ppm", "images/1/001.ppm", *CPU, "--explain"],
    ["profile", "e.json", "images", *CPU, "--limit", "20", "--trace", "t.json"],
]


def run(words, folder):
    # Address randomisation of newer kernels leaves this runtime no room; halt_on_error: one report says enough.
    environment = {"GOMP_SPINCOUNT": "1000", "PATH": "/usr/bin:/bin", "TSAN_OPTIONS":
                   f"suppressions={folder}/suppressions:exitcode={RACE}:halt_on_error=1:second_deadlock_stack=1"}
    return subprocess.run(["setarch", "-R", str(FXE), *words], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=600)


def main() -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "suppressions").write_text(SUPPRESSIONS)
        Inputs(folder, SOURCE, run)
        for words in COMMANDS:
            result = run(words, folder)
            wrong += result.returncode != 0
            print(f"{'ok  ' if result.returncode == 0 else 'FAIL'} fxe {' '.join(words)}", flush=True)
            if result.returncode != 0:
                print(f"exit code {result.returncode}\n{result.stderr[-6000:]}")
    print(f"{len(COMMANDS)} commands, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

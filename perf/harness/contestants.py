# SPDX-License-Identifier: Apache-2.0
"""fxe and its peers as the rounds see them. output() returns log-probabilities, time() the median ms of one round."""
import json
import os
import pathlib
import statistics
import subprocess
import sys

from harness import agreement
from harness.worker import WARM_UP_S

PERF = pathlib.Path(__file__).resolve().parent.parent


class Failed(Exception):
    """One line with the reason why a contestant cannot run."""


class Peer:
    def __init__(self, name, case, threads):
        self.name, self.form = name, ""
        # As fxe sets it: GNU's OpenMP otherwise spins so long that one other busy process makes it ten times slower.
        spin = os.environ.get("GOMP_SPINCOUNT", "1000")
        paths = os.pathsep.join(filter(None, [str(PERF), os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "harness.worker", name, case.onnx, case.script, case.inputs, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": str(threads), "GOMP_SPINCOUNT": spin})

    def ask(self, **what):
        try:
            print(json.dumps(what), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        answer = json.loads(line) if line else {"error": f"its process ended with {self.process.wait()}"}
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def output(self):
        answer = self.ask(do="output")
        self.form = answer["form"]
        return agreement.log_probabilities(answer["logits"], False)

    def time(self, seconds):
        return self.ask(do="time", seconds=seconds)["ms"]

    def close(self):
        self.process.kill()
        self.process.communicate()


class Fxe:
    """A new process for every round reads the model, warms up and measures."""

    def __init__(self, program, case, threads):
        self.name, self.form, self.case = "fxe", "", case
        self.times, self.mean = case.onnx.with_suffix(".times.json"), case.onnx.with_suffix(".mean.npy")
        self.command = [program, "bench", case.onnx, "--preprocess", f"torchvision-{case.side}", "--device", "cpu",
                        "--threads", str(threads), "--batch", str(case.batch), "--loadInputs", case.inputs,
                        "--only-policy", "--quiet"]

    def run(self, *words):
        done = subprocess.run([*map(str, self.command), *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(" ".join(done.stderr.split())[:200] or f"exit code {done.returncode}")

    def output(self):
        import numpy
        self.run("--exportOutput", self.mean, "--duration", 0, "--iterations", 1)
        return agreement.log_probabilities(numpy.load(self.mean).tolist(), True)

    def time(self, seconds):
        self.run("--exportTimes", self.times, "--duration", seconds, "--iterations", 3, "--warmUp", 1e3 * WARM_UP_S)
        return statistics.median(query["latencyMs"] for query in json.loads(self.times.read_text()))

    def close(self):
        pass

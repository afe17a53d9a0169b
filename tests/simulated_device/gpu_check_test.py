#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rehearses every command of tools/gpu_check on the simulated GPU. Programs linked with it take the place of those for a GPU, scripts
stand in for nvidia-smi and compute-sanitizer, and PyTorch runs on the CPU or is left out by name.

usage: gpu_check_test.py SOURCE_DIR BUILD_DIR
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT, BUILD = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
SIMULATED = {"fxe": "fxe_sim", "perf/conditional_nodes": "conditional_nodes_sim", "tests/test_layers": "test_simulated_device",
             "tests/test_metareasoner": "test_simulated_device"}
SCRIPTS = {"nvidia-smi": "echo Simulated GPU",
           # Accepts exactly gpu_check's options, and runs the program.
           "compute-sanitizer": '[ "$1 $3 $4 $5 $6" = "--tool --kernel-regex kns=fxe --error-exitcode 9" ] || exit 2\n'
                                'shift 6; exec "$@"'}


def python_with_torch():
    for python in (os.environ.get("FXE_PYTHON"), sys.executable, "/usr/bin/python3"):
        if python and subprocess.run([python, "-c", "import torch, torchvision"], capture_output=True).returncode == 0:
            return python
    return None


class Rehearsal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in ("render_demo", "perf/random_weights", *SIMULATED):
            link = self.folder / "build" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(BUILD / "tests/simulated_device" / SIMULATED[name] if name in SIMULATED else BUILD / name)
        for name, text in SCRIPTS.items():
            script = self.folder / "bin" / name
            script.parent.mkdir(exist_ok=True)
            script.write_text(f"#!/bin/sh\n{text}\n")
            script.chmod(0o755)
        self.output = self.folder / "output"
        self.torch = python_with_torch()

    def call(self, *words):
        words = [self.torch or sys.executable, ROOT / "tools/gpu_check", *words, "--rehearse", "--build", self.folder / "build",
                 "--output", self.output]
        env = {**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        done = subprocess.run(words, capture_output=True, text=True, env=env)
        report = (self.output / "report.txt").read_text()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + report)
        return report

    def test_every_command_runs_and_every_target_is_measured(self):
        self.call("smoke")
        report = self.call("rest")
        results = json.loads((self.output / "gpu_check.json").read_text())
        left_out = set()
        for name, step in results["steps"].items():
            for command in step["commands"]:
                if command["status"] == "skipped" and not self.torch:
                    left_out.add(f"{command['name']}: {command['output'].strip()}")
                else:
                    self.assertEqual(command["status"], "passed", (name, command))
        for step in ("torch", "cascade"):
            for command in results["steps"][step]["commands"]:
                for row in command.get("json", {}).get("left_out", []):
                    left_out.add(f"{row['way']}: {row['why']}")
                for row in command.get("json", {}).get("rows", []):
                    self.assertNotIn("error", row)
        for reason in sorted(left_out):
            print(f"skipped: {reason}")
        for row in results["targets"]:
            if not row["met"].startswith("not measured"):
                self.assertNotEqual(row["measured"], "", row)
            elif "waves" not in row["target"]:
                self.assertRegex(row["target"], "PyTorch|torch.cond")
                self.assertTrue(left_out, row)
        self.assertNotIn("not as expected", report)
        self.assertTrue(report.split("\n\n")[-1].startswith("target "), "the report does not end with its table")
        self.assertEqual(sorted(f.name for f in self.output.iterdir()), ["gpu_check.json", "report.txt"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

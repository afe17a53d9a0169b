#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/gpu_check without a GPU: what it lists, what it says, how it limits and resumes, and how large its bundle is.

usage: gpu_check_test.py SOURCE_DIR [--bundle]
"""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv[1]).resolve()
TOOL = ROOT / "tools/gpu_check"


def load():
    loader = importlib.machinery.SourceFileLoader("gpu_check", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("gpu_check", loader))
    sys.modules["gpu_check"] = module
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def run(*words, env=None):
    return subprocess.run([sys.executable, TOOL, *words], capture_output=True, text=True, env=env, timeout=120)


class Listing(unittest.TestCase):
    def test_parts_fit_into_nine_minutes(self):
        parts = load().parts()
        self.assertLessEqual(sum(p.limit_s for p in parts), 540)
        self.assertEqual(len({p.name for p in parts}), len(parts))
        for part in parts:
            self.assertTrue(part.commands, part.name)

    def test_list_and_dry_run_run_nothing(self):
        listed, dry = run("--list"), run("--dry-run", "--only", "bench,check")
        self.assertEqual((listed.returncode, dry.returncode), (0, 0))
        for part in load().parts():
            self.assertIn(part.name, listed.stdout)
        self.assertIn("build/fxe bench resnet50 --device cuda --precision fp16 --batch 256", dry.stdout)
        for precision in ("fp32", "tf32", "fp16", "bf16"):
            self.assertIn(f"build/fxe check resnet50 --device cuda --precision {precision}", dry.stdout)
        self.assertNotIn("compute-sanitizer", dry.stdout)

    def test_unknown_part_is_usage(self):
        done = run("--only", "bench,nonsense")
        self.assertEqual(done.returncode, 2)
        self.assertIn("'nonsense'", done.stderr)

    def test_every_file_of_the_bundle_is_there(self):
        for name in load().FILES:
            self.assertTrue((ROOT / name).exists(), name)

    def test_names_networks_that_exist(self):
        entries = (ROOT / "networks/entries.cpp").read_text()
        for network in load().NETWORKS:
            self.assertIn(f'"{network}"', entries)


class WithoutAGpu(unittest.TestCase):
    def test_says_so_in_one_line(self):
        with tempfile.TemporaryDirectory() as empty:
            done = run(env={**os.environ, "PATH": empty})
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("no GPU", done.stderr)
        self.assertEqual(done.stdout, "")


class WithFakes(unittest.TestCase):
    """A driver's tool and parts that are scripts."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.tool = load()
        self.tool.gpu_name = lambda: "Fake GPU"
        self.file = pathlib.Path(self.folder.name) / "results/r.json"
        self.ran = []

    def python(self, text):
        return [sys.executable, "-c", text, "{json}"]

    def run_parts(self, parts, *words):
        self.tool.parts = lambda: parts
        sys.argv, before = ["gpu_check", "--output", str(self.file), *words], sys.argv
        stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
        try:
            return self.tool.main()
        finally:
            sys.stdout.close()
            sys.stdout, sys.argv = stdout, before

    def results(self):
        return json.loads(self.file.read_text())

    def test_results_hold_status_output_and_json(self):
        good = self.python("import sys; open(sys.argv[1], 'w').write('{\"a\": 1}')")
        bad = self.python("print('why'); raise SystemExit(3)")
        broken = self.python("import sys; open(sys.argv[1], 'w').write('{')")
        gone = ["/nowhere/program"]
        part = self.tool.Part
        self.assertEqual(self.run_parts([part("good", "", 30, [good]), part("bad", "", 30, [good, bad]),
                                         part("broken", "", 30, [broken]), part("gone", "", 30, [gone])]), 1)
        found = self.results()
        self.assertEqual(found["schema"], "fxe.gpu_check/1")
        self.assertEqual(found["device"], "Fake GPU")
        self.assertEqual({n: p["status"] for n, p in found["parts"].items()},
                         {"good": "passed", "bad": "failed", "broken": "failed", "gone": "failed"})
        self.assertEqual(list(found["parts"]), ["good", "bad", "broken", "gone"])
        self.assertEqual(found["parts"]["good"]["commands"][0]["json"], {"a": 1})
        self.assertEqual(found["parts"]["bad"]["commands"][1]["exit_code"], 3)
        self.assertIn("why", found["parts"]["bad"]["commands"][1]["output"])

    def test_a_part_ends_at_its_limit_with_all_it_started(self):
        marker = pathlib.Path(self.folder.name) / "late"
        # A child of the child would write the file after the limit.
        late = self.python(f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', \"import time; "
                           f"time.sleep(2); open('{marker}', 'w')\"]); time.sleep(60)")
        after = self.python("print('ran')")
        self.assertEqual(self.run_parts([self.tool.Part("slow", "", 0.7, [late, late]), self.tool.Part("next", "", 30, [after])]), 1)
        parts = self.results()["parts"]
        self.assertEqual([c["status"] for c in parts["slow"]["commands"]], ["timeout", "timeout"])
        self.assertEqual(parts["slow"]["status"], "timeout")
        self.assertEqual(parts["next"]["status"], "passed")
        import time
        time.sleep(2)
        self.assertFalse(marker.exists(), "what it had started was left running")

    def test_only_keeps_the_other_parts(self):
        ok, bad = self.python("pass"), self.python("raise SystemExit(1)")
        part = self.tool.Part
        self.assertEqual(self.run_parts([part("a", "", 30, [ok]), part("b", "", 30, [bad])]), 1)
        self.assertEqual(self.run_parts([part("a", "", 30, [bad]), part("b", "", 30, [ok])], "--only", "b"), 0)
        self.assertEqual({n: p["status"] for n, p in self.results()["parts"].items()}, {"a": "passed", "b": "passed"})

    def test_what_is_no_result_is_written_anew(self):
        self.file.parent.mkdir()
        parts = [self.tool.Part(name, "", 30, [self.python("pass")]) for name in ("a", "b")]
        for text in ("{", "[]", '{"schema": "other", "parts": {"b": {"status": "passed"}}}'):
            self.file.write_text(text)
            self.assertEqual(self.run_parts(parts, "--only", "a"), 0)
            self.assertEqual(list(self.results()["parts"]), ["a"])


class Bundle(unittest.TestCase):
    def test_fits_and_holds_what_the_parts_run(self):
        tool = load()
        if not all((ROOT / "build" / name).exists() for name in tool.PROGRAMS):
            self.skipTest("not all programs of the bundle are built in build/")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "b.tar.gz"
            done = run("--bundle", str(file))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertLessEqual(file.stat().st_size, 60 << 20)
            print(f"bundle: {file.stat().st_size / (1 << 20):.1f} MiB", file=sys.stderr)
            with tarfile.open(file) as tar:
                names = {n.removeprefix("fxe-gpu-check/") for n in tar.getnames()}
        for part in tool.parts():
            for words in part.commands:
                for word in words:
                    if word.startswith(("build/", "demo/", "perf/")) and not word.endswith("-images"):
                        self.assertIn(word, names)
        self.assertTrue(any(n.startswith("lib/libdnnl") for n in names))
        self.assertFalse(any("libcudnn" in n or "libc.so" in n for n in names))


if __name__ == "__main__":
    bundle = "--bundle" in sys.argv
    suite = unittest.defaultTestLoader
    cases = [Bundle] if bundle else [Listing, WithoutAGpu, WithFakes]
    tests = unittest.TestSuite(suite.loadTestsFromTestCase(c) for c in cases)
    result = unittest.TextTestRunner(verbosity=1).run(tests)
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}")
    sys.exit(0 if result.wasSuccessful() else 1)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/gpu_check without a GPU: what it lists and prints, how it limits steps, resumes and is cut short, what its table makes of
results, and how large its bundle is. tests/simulated_device/gpu_check_test.py runs all of its commands.

usage: gpu_check_test.py SOURCE_DIR [--bundle]
"""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

ROOT = pathlib.Path(sys.argv[1]).resolve()
TOOL = ROOT / "tools/gpu_check"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "perf"))
from gpu import agreement, bundle, steps, targets  # noqa: E402
from gpu.results import Results  # noqa: E402
from gpu.steps import Command, Step  # noqa: E402


def load():
    loader = importlib.machinery.SourceFileLoader("gpu_check", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("gpu_check", loader))
    loader.exec_module(module)
    return module


def run(*words, env=None):
    return subprocess.run([sys.executable, TOOL, *words], capture_output=True, text=True, env=env, timeout=120)


class Listing(unittest.TestCase):
    def test_calls_fit_into_their_time(self):
        smoke, rest = steps.Steps().smoke(), steps.Steps().rest()
        self.assertLessEqual(sum(s.limit_s for s in smoke), 150)
        self.assertLessEqual(sum(s.limit_s for s in rest), 420)
        self.assertEqual(len({s.name for s in smoke + rest}), len(smoke + rest))
        for step in smoke + rest:
            self.assertTrue(step.commands, step.name)
            self.assertEqual(len({c.name for c in step.commands}), len(step.commands), step.name)
        self.assertEqual(rest[-1].name, "profile")

    def test_list_runs_nothing(self):
        listed = run("list")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        for step in steps.Steps().smoke() + steps.Steps().rest():
            self.assertIn(step.name, listed.stdout)
        self.assertIn("{build}/fxe bench resnet50 --precision fp16 --batch 256 --control none", listed.stdout)
        self.assertNotIn("compute-sanitizer", run("list", "--only", "bench,check").stdout)

    def test_a_rehearsal_has_the_same_steps(self):
        for call in ("smoke", "rest"):
            full, small = (getattr(steps.Steps(size), call)() for size in (steps.Size(), steps.REHEARSAL))
            self.assertEqual([(s.name, s.limit_s) for s in full], [(s.name, s.limit_s) for s in small])

    def test_what_is_no_usage(self):
        for words, expected in ((("--only", "bench,nonsense"), "'nonsense'"), (("table",), "gpu_check.json"),
                                (("table", str(TOOL)), "gpu_check.json"), (("bundle",), "one file"), (("list", "more"), "found 1")):
            done = run(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(expected, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_names_what_is_there(self):
        for name in bundle.FILES:
            self.assertTrue((ROOT / name).exists(), name)
        entries = (ROOT / "networks/entries.cpp").read_text()
        for size in (steps.Size(), steps.REHEARSAL):
            for network in size.networks + size.checked:
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
    """Scripts in the place of nvidia-smi and of commands."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "fxe").touch()
        self.output = self.folder / "results"
        self.tool = load()
        self.tool.gpu_name = lambda: "Fake GPU"

    def python(self, text, name="command", **more):
        return Command(name, (sys.executable, "-c", text, "{json}"), **more)

    def run_steps(self, chosen, *words):
        self.tool.chosen_steps = lambda call, options: [s for s in chosen if not options.only or s.name in options.only]
        sys.argv, before = ["gpu_check", "--output", str(self.output), "--build", str(self.folder), *words], sys.argv
        stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
        try:
            return self.tool.main()
        finally:
            sys.stdout.close()
            sys.stdout, sys.argv = stdout, before

    def results(self):
        return json.loads((self.output / "gpu_check.json").read_text())

    def report(self):
        return (self.output / "report.txt").read_text()

    def statuses(self):
        return {name: step["status"] for name, step in self.results()["steps"].items()}

    def test_results_hold_status_output_and_json(self):
        good = self.python("import sys; open(sys.argv[1], 'w').write('{\"a\": 1}')", "good")
        bad = self.python("print('why'); raise SystemExit(3)", "bad")
        broken = self.python("import sys; open(sys.argv[1], 'w').write('{')")
        gone = Command("gone", ("/nowhere/program",))
        without = self.python("print('no such library'); raise SystemExit(77)")
        commands = {"good": (good,), "bad": (good, bad, good), "broken": (broken,), "gone": (gone,), "without": (without,)}
        self.assertEqual(self.run_steps([Step(name, "", 30, c) for name, c in commands.items()]), 1)
        found = self.results()
        self.assertEqual((found["schema"], found["device"]), ("fxe.gpu_check/2", "Fake GPU"))
        self.assertEqual(self.statuses(), {"good": "passed", "bad": "failed", "broken": "failed", "gone": "failed",
                                           "without": "skipped"})
        commands = found["steps"]["bad"]["commands"]
        self.assertEqual([c["status"] for c in commands], ["passed", "failed", "passed"])
        self.assertEqual(commands[0]["json"], {"a": 1})
        self.assertEqual((commands[1]["exit_code"], commands[1]["output"]), (3, "why\n"))
        for words in ("| why", "| no such library", "without: : skipped"):
            self.assertIn(words, self.report())
        self.assertEqual(self.report().count("target  "), 1)

    def test_a_step_ends_at_its_limit_with_all_it_started(self):
        marker = self.folder / "late"
        # A grandchild would write the file after the limit.
        late = self.python(f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', \"import time; "
                           f"time.sleep(2); open('{marker}', 'w')\"]); time.sleep(60)")
        after = self.python("print('ran')")
        self.assertEqual(self.run_steps([Step("slow", "", 0.7, (late, late)), Step("next", "", 30, (after,))]), 1)
        self.assertEqual([c["status"] for c in self.results()["steps"]["slow"]["commands"]], ["timeout", "timeout"])
        self.assertEqual(self.statuses(), {"slow": "timeout", "next": "passed"})
        time.sleep(2)
        self.assertFalse(marker.exists(), "what it had started was left running")

    def test_one_hanging_command_leaves_the_others_their_time(self):
        hangs, runs = Command("hangs", ("sleep", "60")), Command("runs", ("true",))
        self.run_steps([Step("a", "", 30, (hangs, runs), each_s=1)])
        self.assertEqual([c["status"] for c in self.results()["steps"]["a"]["commands"]], ["timeout", "passed"])

    def test_side_by_side(self):
        meet = ("import pathlib, time\nmine, other = (pathlib.Path('{{work}}') / n for n in {})\nmine.touch()\n"
                "while not other.exists(): time.sleep(0.01)")
        commands = tuple(self.python(meet.format(names), str(names)) for names in (["a", "b"], ["b", "a"]))
        self.assertEqual(self.run_steps([Step("a", "", 100, commands, side_by_side=True)]), 0)
        self.assertEqual([c["name"] for c in self.results()["steps"]["a"]["commands"]], [c.name for c in commands])

    def test_words_and_variables_name_folders(self):
        told = self.python("import json, os, sys; json.dump(['{build}', '{work}', os.environ['V'], os.environ['FXE_CACHE']], "
                           "open(sys.argv[1], 'w'))", env={"V": "{output}/v"})
        self.assertEqual(self.run_steps([Step("a", "", 30, (told,))]), 0)
        build, work, output, cache = self.results()["steps"]["a"]["commands"][0]["json"]
        self.assertEqual((build, output, cache), (str(self.folder.resolve()), f"{self.output.resolve()}/v", f"{work}/plans"))

    def test_results_that_are_not_as_expected_end_nothing(self):
        strange = self.python("import sys; open(sys.argv[1], 'w').write('{\"schema\": \"fxe.bench/1\", \"rows\": [{\"a\": 1}]}')",
                              "resnet50 batch 1")
        self.assertEqual(self.run_steps([Step("bench", "", 30, (strange,)), Step("b", "", 30, (self.python("pass"),))]), 0)
        self.assertEqual(self.statuses(), {"bench": "passed", "b": "passed"})
        self.assertIn("its result is not as expected: KeyError: 'name'", self.report())
        nodes = self.python("import sys; open(sys.argv[1], 'w').write('{\"kernel_gap_us\": \"x\", \"kernel_gap_in_if_us\": 1}')",
                            "conditional_nodes")
        self.assertEqual(self.run_steps([Step("nodes", "", 30, (nodes,))]), 0)
        self.assertRegex(self.report(), "decisions .*results are not as expected: TypeError")

    def test_what_is_made_once_serves_all(self):
        make = self.python("open('{work}/made', 'x')", makes="made")
        self.assertEqual(self.run_steps([Step("a", "", 30, (make,)), Step("b", "", 30, (make,))]), 0)

    def test_only_keeps_the_other_steps(self):
        ok, bad = self.python("pass"), self.python("raise SystemExit(1)")
        self.assertEqual(self.run_steps([Step("a", "", 30, (ok,)), Step("b", "", 30, (bad,))]), 1)
        self.assertEqual(self.run_steps([Step("a", "", 30, (bad,)), Step("b", "", 30, (ok,))], "--only", "b"), 0)
        self.assertEqual(self.statuses(), {"a": "passed", "b": "passed"})
        self.assertEqual(self.run_steps([Step("b", "", 30, (ok,))], "--rehearse"), 0)
        self.assertEqual(self.statuses(), {"b": "passed"}, "a rehearsal is mixed with what was measured")

    def test_what_is_no_result_is_written_anew(self):
        self.output.mkdir()
        for text in ("{", "[]", '{"schema": "other", "steps": {"b": {"status": "passed"}}}'):
            (self.output / "gpu_check.json").write_text(text)
            self.assertEqual(self.run_steps([Step("a", "", 30, (self.python("pass"),))]), 0)
            self.assertEqual(list(self.statuses()), ["a"])

    def test_a_run_that_is_cut_short_has_told_what_it_found_and_leaves_nothing(self):
        pid = self.folder / "pid"
        sleeps = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
        script = f"""
import importlib.machinery, importlib.util, sys
sys.path.insert(0, {str(ROOT / "perf")!r})
from gpu.steps import Command, Step
loader = importlib.machinery.SourceFileLoader("gpu_check", {str(TOOL)!r})
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("gpu_check", loader))
loader.exec_module(tool)
tool.gpu_name = lambda: "Fake GPU"
python = lambda name, text: Command(name, (sys.executable, "-c", text))
tool.chosen_steps = lambda call, options: [
    Step("first", "", 30, (python("a", "pass"),)),
    Step("second", "", 30, (python("b", "pass"), python("c", {sleeps!r})))]
sys.argv = ["gpu_check", "--output", {str(self.output)!r}, "--build", {str(self.folder)!r}]
sys.exit(tool.main())
"""
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL)
        while not (pid.exists() and pid.read_text()):
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=100), 128 + signal.SIGTERM)
        self.assertEqual(self.statuses(), {"first": "passed", "second": "running"})
        self.assertEqual([c["name"] for c in self.results()["steps"]["second"]["commands"]], ["b"])
        self.assertRegex(self.report(), r"second: : running(.|\n)*\ntarget  ")
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


def bench_row(median, kind="policy", name="full", **more):
    return {"kind": kind, "name": name, "latency_ms": {"median": median}, **more}


class Table(unittest.TestCase):
    """Rows of made-up results."""

    def rows(self, commands, rehearsal=False):
        results = Results(None, "", rehearsal)
        for (step, command), content in commands.items():
            done = results.all["steps"].setdefault(step, {"status": "passed", "commands": []})
            done["commands"].append({"name": command, "json": content})
        return {r.name: (r.measured, r.verdict) for r in targets.table(results)}

    def test_nothing_is_measured_of_nothing(self):
        for measured, verdict in self.rows({}).values():
            self.assertEqual(measured, "")
            self.assertIn("not measured", verdict)

    def test_decisions_in_gaps(self):
        nodes = {"kernel_gap_us": 2.0, "kernel_gap_in_if_us": 2.2, "kernel_gap_in_switch_us": 3.0,
                 "batch_1": {"taken_us": None, "skipped_us": 4.0},
                 "batch_1_conditions_in_bodies": {"taken_us": 5.0, "skipped_us": 1.0}}
        rows = self.rows({("nodes", "conditional_nodes"): nodes})
        self.assertEqual(rows["decision taken, over an empty kernel's gap"], ("2.5", "yes"))
        self.assertEqual(rows["decision skipped, over that gap"], ("2", "no"))
        self.assertEqual(rows["gap inside a body, over a plain graph's"], ("1.5", "no"))

    def test_networks_best_against_best(self):
        torch = [{"network": "resnet50", "batch": b, "way": w, "latency_ms": ms}
                 for b, w, ms in ((1, "eager", 9.0), (1, "graph", 0.8), (256, "graph", 12.0))]
        torch.append({"network": "resnet50", "batch": 1, "way": "compile", "error": "RuntimeError: .."})
        rows = self.rows({("bench", "resnet50 batch 1"): {"rows": [bench_row(0.6)]},
                          ("bench", "resnet50 batch 1, timed plans"): {"rows": [bench_row(0.4)]},
                          ("bench", "resnet50 batch 256"): {"rows": [bench_row(11.0)]}, ("torch", "networks"): {"rows": torch}})
        self.assertEqual(rows["resnet50 fp16 batch 1, over the best PyTorch"], ("0.5", "yes"))
        self.assertEqual(rows["resnet50 fp16 batch 256, images/s over the best PyTorch"], ("1.09", "no"))
        self.assertEqual(rows["alexnet fp16 batch 1, over the best PyTorch"], ("", "not measured"))

    def test_cascades_by_depth(self):
        stops = lambda *ms: {"rows": [bench_row(x, "stop_after", f"stop after {k}", over_members_alone=0.04)
                                      for k, x in enumerate(ms, 1)]}
        torch = [{"network": "alexnet", "way": "graphs", "stop_after": k, "latency_ms": ms}
                 for k, ms in enumerate((4.0, 4.0, 8.0, 8.0), 1)]
        rows = self.rows({("cascade", "alexnet device"): stops(1.0, 2.0, 3.0, 3.2),
                          ("cascade", "alexnet host"): stops(2.0, 4.0, 5.0, 6.4), ("cascade", "PyTorch"): {"rows": torch}})
        self.assertEqual(rows["alexnet: stop after member 1, over it alone"], ("1.04", "yes"))
        self.assertEqual(rows["alexnet: stop after 1, over host control"], ("0.5", ""))
        self.assertEqual(rows["alexnet: stop after 4, over host control"], ("0.5", ""))
        self.assertEqual(rows["alexnet: stop after 4, over torch.cond in a CUDA graph"], ("", "not measured"))
        self.assertEqual(rows["alexnet: stop after each, over PyTorch's graphs and host, worst"], ("0.5", "yes"))

    def test_profiles(self):
        def profile(last_ms):
            layers = [{"op": "linear k=9", "gb_per_s": 900.0, "ms": {"full": 2.0}, "kernels": [{"ms_per_call": 9.0}]},
                      {"op": "conv2d", "gb_per_s": 1.0, "ms": {"full": 50.0}, "kernels": []},
                      {"op": "linear k=3", "gb_per_s": 300.0, "ms": {"full": 1.0},
                       "kernels": [{"ms_per_call": 0.001}, {"ms_per_call": last_ms}]}]
            return {"measured_gb_per_s": 1000.0, "members": [{"layers": layers}],
                    "flexible": {"network_ms": 21.0, "kernels_ms": 20.0}}
        rows = self.rows({("profile", "fused tail"): profile(0.005), ("profile", "separate tail"): profile(0.003),
                          ("profile", "batches"): profile(1), ("nodes", "conditional_nodes"): {"kernel_gap_us": 1.0}})
        self.assertEqual(rows["tail in the last layer less its GEMV alone, in gaps"], ("2", "no"))
        self.assertEqual(rows["alexnet fp16 batch 1: fully connected layers, share of bandwidth"], ("0.7", "no"))
        self.assertEqual(rows["batch 64 with exits, over the time of its kernels"], ("1.05", "yes"))

    def test_precisions_and_steps(self):
        rows = self.rows({("precisions", "fp16 against the CPU"): {"labels_agree": 0.9949, "top1_difference": -0.0025}})
        self.assertEqual(rows["fp16: labels that agree with fp32's"], ("0.9949", "no"))
        self.assertEqual(rows["fp16: top-1 off fp32's, points"], ("0.25", "yes"))
        self.assertEqual(self.rows({("exits", "x"): None})["step exits"], ("passed", "yes"))

    def test_a_rehearsal_meets_nothing(self):
        rows = self.rows({("nodes", "conditional_nodes"): {"kernel_gap_us": 2.0, "batch_1": {"taken_us": 2.0}}}, rehearsal=True)
        self.assertEqual(rows["decision taken, over an empty kernel's gap"], ("1", ""))

    def test_of_several_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, gap in (("a", 1.0), ("b", 2.0)):
                results = Results(pathlib.Path(folder) / name, "GPU")
                results.save(name, {"what": "", "status": "passed", "seconds": 0, "limit_s": 1, "commands": []})
            done = run("table", *(f"{folder}/{name}/gpu_check.json" for name in "ab"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^target +measured  met\n")


class Agreement(unittest.TestCase):
    def test_what_rounding_explains(self):
        row = lambda predicted, margin, members: {"path": "p", "label": "1", "predicted": predicted, "margin": margin,
                                                  "members": members}
        for expected, found, explained in (
                (row("1", "0.5", "2"), row("1", "0.5", "2"), True),
                (row("1", "0.5", "2"), row("2", "0.5", "2"), False),
                (row("1", "0.00001", "2"), row("2", "0.00002", "2"), True),
                (row("1", "0.30001", "1"), row("1", "0.9", "2"), True),  # it stopped for a hair
                (row("1", "0.9", "2"), row("1", "0.4", "1"), False)):
            result = agreement.compare([expected], [found], [0.3, 0.2])
            self.assertEqual(not result["unexplained"], explained, (expected, found))
            self.assertEqual(result["labels_agree"], float(expected["predicted"] == found["predicted"]))

    def test_other_images(self):
        with self.assertRaises(ValueError):
            agreement.compare([{"path": "a"}], [{"path": "b"}], [])


class Bundle(unittest.TestCase):
    def test_fits_and_holds_what_the_steps_run(self):
        if not all((ROOT / "build" / name).exists() for name in bundle.PROGRAMS):
            self.skipTest("not all programs of the bundle are built in build/")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "b.tar.gz"
            done = run("bundle", str(file))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertLessEqual(file.stat().st_size, bundle.MOST_BYTES)
            print(f"bundle: {file.stat().st_size / (1 << 20):.1f} MiB", file=sys.stderr)
            with tarfile.open(file) as tar:
                names = {n.removeprefix("fxe-gpu-check/") for n in tar.getnames()}
                tar.extractall(folder)
            listed = subprocess.run([f"{folder}/fxe-gpu-check/tools/gpu_check", "list"], capture_output=True, text=True)
            self.assertEqual(listed.returncode, 0, listed.stderr)
        for step in steps.Steps().smoke() + steps.Steps().rest():
            for word in (w for c in step.commands for w in c.words):
                if re.match(r"\{build\}/|demo/|perf/", word):
                    self.assertIn(word.replace("{build}", "build"), names)
        self.assertTrue(any(n.startswith("build/lib/libdnnl") for n in names))
        self.assertFalse(any("libcudnn" in n or "libc.so" in n or "__pycache__" in n for n in names))


if __name__ == "__main__":
    only_bundle = "--bundle" in sys.argv
    cases = [Bundle] if only_bundle else [Listing, WithoutAGpu, WithFakes, Table, Agreement]
    tests = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(c) for c in cases)
    result = unittest.TextTestRunner(verbosity=1).run(tests)
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}")
    sys.exit(0 if result.wasSuccessful() else 1)

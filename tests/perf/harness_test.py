#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests what perf/peers.py and perf/compare make of times and outputs. Nothing is timed and no peer is needed.

usage: harness_test.py SOURCE_DIR
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "perf"))
from harness import agreement, machine, results, rounds, table, verdict  # noqa: E402
from harness.contestants import Failed  # noqa: E402


class Verdicts(unittest.TestCase):
    def test_the_interval_is_the_sign_tests(self):
        # From tables of the two-sided sign test at 5 %.
        self.assertEqual([verdict.rank(n) for n in (1, 5, 6, 8, 9, 11, 12, 20)], [0, 0, 1, 1, 2, 2, 3, 6])
        self.assertEqual(verdict.LEAST_ROUNDS, next(n for n in range(1, 20) if verdict.rank(n)))
        s = verdict.spread([9, 1, 8, 2, 7, 3, 6, 4, 5])
        self.assertEqual((s.median, s.low, s.high), (5, 2, 8))

    def test_words(self):
        def word(low, high):
            return verdict.verdict(verdict.Spread((low + high) / 2, low, high))
        self.assertEqual(word(0.90, 0.979), "FASTER")
        self.assertEqual(word(0.90, 0.98), "UNCLEAR")
        self.assertEqual(word(0.98, 1.02), "SAME")
        self.assertEqual(word(0.979, 1.0), "UNCLEAR")
        self.assertEqual(word(1.0, 1.021), "UNCLEAR")
        self.assertEqual(word(1.021, 1.5), "SLOWER")

    def test_ratios_are_of_the_same_round(self):
        # A disturbance that slows both engines threefold in every other round.
        ours, theirs = [1, 3] * 5, [2, 6] * 5
        self.assertEqual(verdict.ratio_in_turn(ours, theirs), verdict.Spread(0.5, 0.5, 0.5))
        self.assertEqual(verdict.verdict(verdict.ratio_of_runs(ours, theirs)), "UNCLEAR")

    def test_runs_apart_have_the_widest_ratio(self):
        r = verdict.ratio_of_runs([10, 11, 12, 12, 13, 14], [20, 22, 24, 24, 26, 28])
        self.assertEqual(r, verdict.Spread(0.5, 10 / 28, 14 / 20))

    def test_few_rounds_are_unclear(self):
        self.assertEqual(verdict.verdict(verdict.ratio_in_turn([1] * 5, [2] * 5)), "UNCLEAR")
        self.assertEqual(verdict.verdict(verdict.ratio_of_runs([1] * 5, [2] * 5)), "UNCLEAR")
        self.assertEqual(verdict.verdict(verdict.ratio_in_turn([1] * 6, [2] * 6)), "FASTER")

    def test_geometric_mean(self):
        self.assertAlmostEqual(verdict.geometric_mean([0.5, 2]), 1)


class Agreement(unittest.TestCase):
    reference = agreement.log_probabilities([[0.0, 5.0, -5.0], [1.0, 2.0, 3.0]], False)

    def test_logits_and_probabilities_of_the_same_agree(self):
        shifted = agreement.log_probabilities([[7.0, 12.0, 2.0], [1.0, 2.0, 3.0]], False)
        self.assertLess(agreement.difference(shifted, self.reference), 1e-12)
        p = [[math.exp(v) for v in row] for row in self.reference]
        self.assertLess(agreement.difference(agreement.log_probabilities(p, True), self.reference), 1e-12)

    def test_what_is_wrong_is_found(self):
        def of(rows):
            return agreement.difference(agreement.log_probabilities(rows, False), self.reference)
        self.assertGreater(of([[0.0, 5.0, -5.02], [1.0, 2.0, 3.0]]), agreement.BOUND)  # an unlikely class: of p, 1e-6
        self.assertGreater(of([[1.0, 2.0, 3.0], [0.0, 5.0, -5.0]]), 0.1)  # the images swapped
        self.assertEqual(of([[0.0, 5.0, math.nan], [1.0, 2.0, 3.0]]), math.inf)
        self.assertEqual(of([[0.0, 5.0, -5.0]]), math.inf)


class Fake:
    form = ""

    def __init__(self, name, log, output, fails_at=None):
        self.name, self.log, self.answer, self.fails_at = name, log, output, fails_at

    def output(self):
        return self.answer

    def time(self, seconds):
        self.log.append(self.name)
        if self.fails_at is not None and self.log.count(self.name) > self.fails_at:
            raise Failed("out of breath")
        return 2.0 if self.name == "fxe" else 4.0


class Rounds(unittest.TestCase):
    def test_who_disagrees_or_fails_is_named_and_has_no_time(self):
        good, bad, log = Agreement.reference, [[-1.0, -1.1, -1.2]] * 2, []
        contestants = [Fake("fxe", log, good), Fake("right", log, good), Fake("wrong", log, bad),
                       Fake("tired", log, good, fails_at=2)]
        rounds.PAUSE_S = 0
        entries = rounds.measure(contestants, good, 6, 0)
        self.assertEqual(log[:8], ["fxe", "right", "tired", "right", "tired", "fxe", "tired", "fxe"])
        self.assertEqual([len(e.round_ms) for e in entries], [6, 6, 0, 0])
        self.assertIn("disagrees with fp64", entries[2].reason)
        self.assertEqual(entries[3].reason, "failed: out of breath")
        case = type("Case", (), {"network": "n", "batch": 1})
        rows = list(results.rows_of(case, entries, {"threads": 2}))
        self.assertEqual([r.get("verdict") for r in rows], [None, "FASTER", None, None])
        self.assertEqual(table.fastest_peer(rows)["engine"], "right")
        self.assertIn("geometric mean of fxe / fastest peer over 1 of 1 rows: 0.500", list(table.summary([rows])))

    def test_every_contestant_is_first_as_often(self):
        self.assertEqual([rounds.turn([1, 2, 3], n)[0] for n in range(6)], [1, 2, 3, 1, 2, 3])


class Machine(unittest.TestCase):
    def test_proc_cpuinfo(self):
        found = machine.parse_cpu("processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu avx2 avx512f\n\nprocessor\t: 1\n")
        self.assertEqual(found, {"cpu": "A CPU", "vector_units": ["avx2", "avx512f"]})


class Compare(unittest.TestCase):
    def row(self, engine, ms, **more):
        return {"schema": results.SCHEMA, "network": "resnet50", "batch": 1, "precision": "fp32", "threads": 2,
                "engine": engine, "reason": "", "round_ms": [ms * (1 + 0.001 * i) for i in range(7)], **more}

    def compare(self, old, new, *words, context=({}, {})):
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/old.jsonl", f"{folder}/new.jsonl"]
            for file, rows, c in zip(files, (old, new), context):
                results.write(file, rows, c)
            self.assertEqual(len(list(pathlib.Path(folder).iterdir())), 2, "no temporary file stays")
            return subprocess.run([sys.executable, ROOT / "perf/compare", *files, *words], capture_output=True, text=True)

    def test_words_and_exit_codes(self):
        for factor, word in ((1.0, "SAME"), (0.8, "FASTER"), (1.2, "SLOWER"), (1.02, "UNCLEAR")):
            old, new = [self.row("fxe", 10)], [self.row("fxe", 10 * factor)]
            self.assertEqual(self.compare(old, new).stdout.split()[-1], word)
            self.assertEqual(self.compare(old, new).returncode, 0)
            self.assertEqual(self.compare(old, new, "--fail-on-slower").returncode, int(word == "SLOWER"))

    def test_a_slower_peer_is_not_a_failure(self):
        done = self.compare([self.row("openvino", 10)], [self.row("openvino", 20)], "--fail-on-slower")
        self.assertIn("SLOWER", done.stdout)
        self.assertEqual(done.returncode, 0)

    def test_what_cannot_be_compared_is_named(self):
        wrong = {**self.row("fxe", 1), "round_ms": [], "reason": "disagrees"}
        done = self.compare([self.row("fxe", 1), self.row("opencv", 1)], [wrong, self.row("pytorch", 1)],
                            context=({"machine": {"cpu": "A"}, "versions": {"fxe": "1"}}, {"machine": {"cpu": "B"}}))
        self.assertIn("machine, cpu: differs: old A, new B", done.stdout)
        self.assertIn("versions, fxe: differs: old 1, new None", done.stdout)
        self.assertRegex(done.stdout, "fxe +not timed in new: disagrees")
        self.assertRegex(done.stdout, "opencv +only in old")
        self.assertRegex(done.stdout, "pytorch +only in new")

    def test_other_files_are_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            good, bad = pathlib.Path(folder, "good"), pathlib.Path(folder, "bad")
            results.write(good, [self.row("fxe", 1)], {})
            for text in ("", "{}\n", "[1]\n", "nonsense\n", json.dumps({"schema": "fxe.bench/1"}) + "\n"):
                bad.write_text(text)
                done = subprocess.run([sys.executable, ROOT / "perf/compare", good, bad], capture_output=True, text=True)
                self.assertEqual(done.returncode, 2)
                self.assertIn("expected", done.stderr.splitlines()[-1])
                self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Closed, full or vanished standard streams, and signals, lose no run and harm no file.

usage: streams_test.py FXE SOURCE_DIR
"""
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from commands import Inputs

FXE, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])


def fxe(words, folder, before="", after=""):
    """Runs through a shell, which opens and closes descriptors."""
    quoted = " ".join(f"'{w}'" for w in words)
    return subprocess.run(["bash", "-c", f"{before} exec '{FXE}' {quoted} {after}"], cwd=folder, capture_output=True,
                          timeout=120)


def plain(words, folder):
    return subprocess.run([FXE, *words], cwd=folder, capture_output=True, text=True, timeout=120)


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        Inputs(cls.folder, SOURCE, plain)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def tearDown(self):
        left = [p.name for p in self.folder.rglob("*.fxe-tmp")]
        self.assertEqual(left, [])

    EVAL = ["eval", "e.json", "images", "--device", "cpu", "--threads", "1", "--json", "r.json"]

    def report(self):
        text = (self.folder / "r.json").read_text()
        (self.folder / "r.json").unlink()
        return json.loads(text)

    def test_closed_descriptors_do_no_harm(self):
        for after in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
            store = self.folder / "closed"
            run = fxe(["record", "e.json", "images", "-o", "closed", "--device", "cpu", "--threads", "1"], self.folder,
                      after=after)
            self.assertEqual(run.returncode, 0, (after, run.stderr))
            self.assertEqual(fxe(["replay", "closed", "--quiet"], self.folder).returncode, 0, after)
            self.assertEqual(store.read_bytes()[:8], (self.folder / "st").read_bytes()[:8])
            store.unlink()

    def test_a_full_standard_output_is_exit_code_1_and_nothing_else_is_lost(self):
        run = fxe(self.EVAL, self.folder, after=">/dev/full")
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"cannot write standard output: No space left on device", run.stderr)
        self.assertEqual(self.report()["images"], 70)

    def test_a_reader_that_goes_away_is_exit_code_1_without_a_word(self):
        run = subprocess.run(["bash", "-c", f"'{FXE}' {' '.join(self.EVAL)} | true; echo ${{PIPESTATUS[0]}}"],
                             cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(run.stdout, "1\n")
        self.assertNotIn("standard output", run.stderr)
        self.assertEqual(self.report()["images"], 70)

    def test_a_standard_error_that_cannot_be_written_keeps_the_exit_code(self):
        for after in ("2>/dev/full", "2>&-"):
            self.assertEqual(fxe(["classify", "e.json", "none.png"], self.folder, after=after).returncode, 2, after)
            self.assertEqual(fxe(self.EVAL, self.folder, after=after).returncode, 0, after)
            self.report()

    def test_names_reach_no_terminal_with_control_characters(self):
        ensemble = json.loads((self.folder / "e.json").read_text())
        hostile = "\x1b]0;t\x07\x1b[31m\x9b31m\u202e"
        ensemble["name"] += hostile
        ensemble["members"][0]["name"] += hostile
        (self.folder / "hostile.json").write_text(json.dumps(ensemble))
        image = str(next((self.folder / "images").rglob("*.ppm")))
        for words in (["inspect", "hostile.json"], ["classify", "hostile.json", image, "--explain"],
                      ["eval", "hostile.json", "images", "--limit", "2"], ["classify", "hostile.json", "no\x1b[31m"]):
            run = fxe(words, self.folder)
            text = run.stdout + run.stderr
            for bad in (b"\x1b", b"\x07", "\x9b".encode(), "\u202e".encode()):
                self.assertNotIn(bad, text, words)

    def test_signals_leave_no_temporary_file(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1):
            with open(os.devnull, "w") as null:
                run = subprocess.Popen([FXE, "bench", "e.json", "--device", "cpu", "--threads", "1", "--duration", "60",
                                        "--json", "b.json"], cwd=self.folder, stdout=null, stderr=null)
                end = time.monotonic() + 60
                while not list(self.folder.glob(".b.json.*.fxe-tmp")) and time.monotonic() < end:
                    time.sleep(0.01)
                self.assertEqual(len(list(self.folder.glob(".b.json.*.fxe-tmp"))), 1)
                run.send_signal(number)
                if number == signal.SIGTERM:  # the first signal may only ask for a stop
                    run.send_signal(number)
                run.wait(timeout=60)
            self.assertNotEqual(run.returncode, 0)
            self.assertEqual(list(self.folder.glob(".b.json.*")), [], number)

    def test_a_terminal_that_goes_away_ends_no_run_that_ignores_the_hangup(self):
        leader, follower = pty.openpty()
        run = subprocess.Popen([FXE, *self.EVAL], cwd=self.folder, stdin=follower, stdout=follower, stderr=follower,
                               start_new_session=True)
        os.close(follower)
        os.close(leader)  # from now on writing to it fails with EIO
        self.assertEqual(run.wait(timeout=120), 1)  # the table could not be printed
        self.assertEqual(self.report()["images"], 70)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

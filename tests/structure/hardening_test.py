#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program is hardened as SECURITY.md says: checks the flags of the compilation and what the binary shows of them.

usage: hardening_test.py FXE BUILD_DIR
"""
import json
import pathlib
import platform
import re
import subprocess
import sys
import unittest

FXE, BUILD = (pathlib.Path(p) for p in sys.argv[1:3])
X86 = platform.machine() in ("x86_64", "AMD64")


def readelf(*options):
    return subprocess.run(["readelf", "--wide", *options, str(FXE)], capture_output=True, text=True, check=True).stdout


class Hardening(unittest.TestCase):
    def test_every_file_is_compiled_with_every_flag(self):
        flags = ["-fPI", "-fstack-protector-strong", "-fstack-clash-protection", "-D_GLIBCXX_ASSERTIONS"]
        flags += ["-fcf-protection"] if X86 else []
        files = 0
        for entry in json.loads((BUILD / "compile_commands.json").read_text()):
            file = pathlib.Path(entry["file"])
            if file.suffix == ".cu" or "nvcc" in entry["command"].split(" -")[0]:
                continue
            files += 1
            words = entry["command"]
            missing = [f for f in flags if f" {f}" not in words]
            if " -DNDEBUG" in words and not re.search(r" -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=[23] ", words):
                missing.append("-D_FORTIFY_SOURCE")
            self.assertEqual(missing, [], file)
        self.assertGreater(files, 300)

    def test_the_program_lies_anywhere_and_its_tables_are_read_only(self):
        header, dynamic, segments = readelf("--file-header"), readelf("--dynamic"), readelf("--segments")
        self.assertTrue(re.search(r"Type:\s+DYN", header))
        self.assertTrue(re.search(r"\(FLAGS_1\).*PIE", dynamic))
        self.assertTrue(re.search(r"BIND_NOW|\(FLAGS_1\).*\bNOW\b", dynamic))
        self.assertTrue("GNU_RELRO" in segments)
        stack = re.search(r"GNU_STACK.*", segments).group()
        self.assertFalse(re.search(r"\bRWE\b", stack))
        self.assertFalse(re.search(r"LOAD.*\bRWE\b", segments))

    def test_checks_are_called(self):
        symbols = readelf("--dyn-syms")
        self.assertTrue("__stack_chk_fail" in symbols)
        if " -DNDEBUG" in (BUILD / "compile_commands.json").read_text():
            self.assertTrue(re.search(r"__(memcpy|snprintf|read|memmove|vsnprintf)_chk\b", symbols))
        self.assertTrue("__glibcxx_assert_fail" in symbols)

    @unittest.skipUnless(X86, "x86-64 only")
    def test_indirect_branches_land_on_marks(self):
        main = subprocess.run(["objdump", "--disassemble=main", str(FXE)], capture_output=True, text=True, check=True)
        self.assertTrue(re.search(r"<main>:\n.*endbr64", main.stdout))
        # A frame larger than a page is probed page by page.
        self.assertTrue(bytes.fromhex("48830c2400") in FXE.read_bytes())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

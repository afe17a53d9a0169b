#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists the tests that were skipped, from GoogleTest's XML reports, and fails if one gave no reason.

usage: skips.py FOLDER
"""
import os
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def report(suite, cases):
    """Writes a Python test's report beside GoogleTest's. `cases`: the names of tests, and why each was skipped, or None."""
    kind, _, folder = os.environ.get("GTEST_OUTPUT", "").partition(":")
    if kind != "xml" or not folder.endswith("/"):
        return
    root = ElementTree.Element("testsuites")
    parent = ElementTree.SubElement(root, "testsuite")
    for name, why in cases.items():
        case = ElementTree.SubElement(parent, "testcase", classname=suite, name=name)
        if why is not None:
            ElementTree.SubElement(case, "skipped", message=why)
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(pathlib.Path(folder, suite.lower() + ".xml"))


def main() -> int:
    reports = sorted(pathlib.Path(sys.argv[1]).glob("*.xml"))
    if not reports:
        print(f"skips.py: no reports in {sys.argv[1]}", file=sys.stderr)
        return 1
    total = skipped = silent = 0
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            total += 1
            skip = case.find("skipped")
            if skip is None:
                continue
            skipped += 1
            reason = " ".join((skip.get("message") or "").split())
            # GoogleTest puts "file:line " first; a reason is what follows.
            words = reason.split(" ", 1)
            reason = words[1] if len(words) == 2 and ":" in words[0] else reason
            silent += not reason
            print(f"skipped {case.get('classname')}.{case.get('name')}: {reason or 'NO REASON GIVEN'}")
    print(f"{total - skipped} passed, 0 failed, {skipped} skipped")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())

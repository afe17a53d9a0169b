#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two files of `fxe eval --predictions` on the same images: how often they agree, and how accurate each is.

usage: agreement.py EXPECTED.csv FOUND.csv [--exact] --json F

--exact: exit code 3 if a label differs without a tie, or if one run stopped and the other went on although the margin was not at the
threshold. Both allow for the rounding of fp32.
"""
import argparse
import csv
import json
import pathlib
import sys

ROUNDING = 1e-4  # of a margin


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def thresholds():
    profiles = json.loads((pathlib.Path(__file__).parents[2] / "demo/ensemble.json").read_text())["profiles"]
    return profiles["default"]["thresholds"]


def close(expected, found, limits):
    """Whether rounding explains the difference."""
    fewer = min(expected, found, key=lambda row: int(row["members"]))
    if expected["members"] != found["members"]:
        return float(fewer["margin"]) - limits[int(fewer["members"]) - 1] < ROUNDING
    return expected["predicted"] == found["predicted"] or float(fewer["margin"]) < ROUNDING


def compare(expected, found, limits):
    if [row["path"] for row in expected] != [row["path"] for row in found]:
        raise ValueError("the files are not about the same images")
    pairs = list(zip(expected, found))
    right = [sum(row["predicted"] == row["label"] for row in rows) for rows in (expected, found)]
    return {"schema": "fxe.agreement/1", "images": len(pairs),
            "labels_agree": sum(a["predicted"] == b["predicted"] for a, b in pairs) / len(pairs),
            "members_differ": sum(a["members"] != b["members"] for a, b in pairs),
            "top1_difference": (right[1] - right[0]) / len(pairs),
            "unexplained": [a["path"] for a, b in pairs if not close(a, b, limits)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("expected")
    parser.add_argument("found")
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--json", required=True)
    options = parser.parse_args()
    result = compare(read(options.expected), read(options.found), thresholds())
    pathlib.Path(options.json).write_text(json.dumps(result, indent=1) + "\n")
    if options.exact and result["unexplained"]:
        print(f"agreement: rounding does not explain {len(result['unexplained'])} of {result['images']} images, the first: "
              f"{result['unexplained'][0]}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

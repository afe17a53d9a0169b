#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recounts what `fxe figures` writes from the logits, in double precision: the peer of figures_test.cpp.

figures_peer.py make FOLDER          NAME-{a,b,c}.npy and NAME.txt (labels) for NAME in test, calibration
figures_peer.py check FOLDER NAME    compares FOLDER/out/NAME-*.csv with the counts; prints what differs, exit 1
"""
import csv
import math
import pathlib
import sys

import numpy as np

MEMBERS, CLASSES, COSTS = "abc", 7, [1.0, 2.0, 4.5]
IMAGES = {"test": 331, "calibration": 420}
BINS = 20


def make(folder):
    for seed, (name, count) in enumerate(IMAGES.items()):
        random = np.random.default_rng(20240229 + seed)
        labels = random.integers(0, CLASSES, count)
        hard = random.uniform(0.3, 3, count)
        for m, member in enumerate(MEMBERS):
            z = random.normal(0, 1.5, (count, CLASSES))
            z[np.arange(count), labels] += hard * (1 + m)
            np.save(folder / f"{name}-{member}.npy", z.astype(np.float32))
        (folder / f"{name}.txt").write_text("".join(f"{label}\n" for label in labels))


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


class Peer:
    def __init__(self, folder, name):
        self.logits = [np.load(folder / f"{name}-{m}.npy").astype(np.float64) for m in MEMBERS]
        self.labels = np.loadtxt(folder / f"{name}.txt", dtype=int)
        self.right, self.margin = [], []
        for k in range(1, len(MEMBERS) + 1):
            mean = sum(self.logits[:k]) / k
            top = np.sort(softmax(mean), 1)
            self.margin.append(top[:, -1] - top[:, -2])
            self.right.append(mean.argmax(1) == self.labels)
        self.failures = []

    def expect(self, what, found, expected, tolerance=2e-6):
        if not abs(float(found) - expected) <= tolerance * max(1, abs(expected)):
            self.failures.append(f"{what}: found {found}, expected {expected}")

    def policy(self, what, row, sizes):
        """A row with thresholds, recounted."""
        thresholds = [float(t) for t in row["thresholds"].split()]
        if len(thresholds) != sizes - 1:
            self.failures.append(f"{what}: {len(thresholds)} thresholds for {sizes} members")
            return
        count = len(self.labels)
        used = np.full(count, sizes)
        for k in reversed(range(sizes - 1)):
            used[self.margin[k] > thresholds[k]] = k + 1
        right = np.array([self.right[u - 1][i] for i, u in enumerate(used)])
        full = self.right[sizes - 1]
        cumulative = np.cumsum(COSTS)
        self.expect(f"{what} cost", row["cost_ms"], cumulative[used - 1].mean())
        self.expect(f"{what} members", row["mean_members"], used.mean())
        self.expect(f"{what} top1", row["top1"], right.mean())
        self.expect(f"{what} full", row["full_top1"], full.mean())
        self.expect(f"{what} gap", row["gap"], full.mean() - right.mean())
        shares = np.bincount(used, minlength=sizes + 1)[1:] / count
        self.expect(f"{what} random", row["random_exits_top1"], sum(s * self.right[k].mean() for k, s in enumerate(shares)))
        for end, sign in (("gap_low", -1), ("gap_high", 1)):
            self.tango(f"{what} {end}", float(row[end]), sign, int((full & ~right).sum()), int((right & ~full).sum()), count)

    def tango(self, what, difference, sign, b, c, n):
        """The end of the interval solves (b - c - n d)^2 = z^2 n (2 q + d - d^2), q by maximum likelihood given d."""
        linear = -b - c + (2 * n - b + c) * difference
        q = (math.sqrt(max(0, linear**2 - 8 * n * (-c * difference * (1 - difference)))) - linear) / (4 * n)
        variance = n * (2 * q + difference * (1 - difference))
        if variance <= 0:
            return self.expect(what, b - c - n * difference, 0)
        self.expect(what, (b - c - n * difference) / math.sqrt(variance), -sign * 1.959963984540054, 1e-4)


def rows(folder, name, what):
    with open(folder / "out" / f"{name}-{what}.csv", newline="") as file:
        return list(csv.DictReader(file))


def check(folder, name):
    peer = Peer(folder, "test")
    count = len(peer.labels)
    accuracy = rows(folder, name, "accuracy")
    assert len(accuracy) == len(MEMBERS), len(accuracy)
    for k, row in enumerate(accuracy):
        peer.expect("cost", row["cost_ms"], sum(COSTS[:k + 1]))
        peer.expect("right", row["right"], peer.right[k].sum())
        peer.expect("images", row["images"], count)
        p, z = peer.right[k].mean(), 1.959963984540054
        for end, sign in (("top1_low", -1), ("top1_high", 1)):
            # Wilson: (p^ - p)^2 = z^2 p (1 - p) / n at both ends.
            at = float(row[end])
            peer.expect(end, (p - at) / math.sqrt(at * (1 - at) / count), -sign * z, 1e-4)
        right, wrong = peer.margin[k][peer.right[k]], peer.margin[k][~peer.right[k]]
        wins = (right[:, None] > wrong).mean() + (right[:, None] == wrong).mean() / 2
        peer.expect("auroc", row["auroc"], wins, 1e-4)
    margins = rows(folder, name, "margins")
    for k in range(len(MEMBERS)):
        for kind, chosen in (("right", peer.right[k]), ("wrong", ~peer.right[k])):
            expected = np.histogram(peer.margin[k][chosen], BINS, (0, 1))[0]
            for b in range(BINS):
                row = margins[k * BINS + b]
                peer.expect(f"margins {k + 1} {row['low']}", row[kind], expected[b])
                peer.expect("low", row["low"], b / BINS)
    flexible = rows(folder, name, "flexible")
    assert [(r["members"], r["rule"]) for r in flexible] == [
        (str(n), rule) for rule in ("published", "gap") for n in (2, 3)], flexible
    for row in flexible:
        peer.policy(f"flexible {row['members']} {row['rule']}", row, int(row["members"]))
    for what in ("frontier", "one_threshold", "guaranteed"):
        found = rows(folder, name, what)
        assert found, what
        for n, row in enumerate(found):
            peer.policy(f"{what} {n}", row, len(MEMBERS))
    subsets = rows(folder, name, "subsets")
    assert len(subsets) == 7, subsets
    other = Peer(folder, "calibration")
    for row in subsets:
        chosen = [MEMBERS.index(m) for m in row["members"].split("+")]
        for p, column in ((peer, "top1"), (other, "calibration_top1")):
            mean = sum(p.logits[m] for m in chosen)
            peer.expect(f"subset {row['members']} {column}", row[column], (mean.argmax(1) == p.labels).mean())
        peer.expect("subset cost", row["cost_ms"], sum(COSTS[m] for m in chosen))
        better = [r for r in subsets if float(r["cost_ms"]) <= float(row["cost_ms"]) and r is not row
                  and float(r["calibration_top1"]) > float(row["calibration_top1"])]
        if row["chosen"] == "1" and better:
            peer.failures.append(f"subset {row['members']}: chosen, yet {better} are better")
    peer.failures += optimal(other, rows(folder, name, "flexible"))
    for line in peer.failures[:20]:
        print(line)
    return 1 if peer.failures else 0


def optimal(peer, flexible):
    """The rule `gap` with two members: no threshold at all is cheaper within 0.1 points on the calibration images."""
    row = next(r for r in flexible if r["members"] == "2" and r["rule"] == "gap")
    full = peer.right[1]

    def stops(t):
        stopped = peer.margin[0] > t
        gap = full.mean() - np.where(stopped, peer.right[0], full).mean()
        return stopped.mean(), gap

    share, gap = stops(float(row["thresholds"]))
    found = [] if gap <= 0.001 + 1e-12 else [f"gap rule: {gap} on the calibration images"]
    # Candidates are at most 40, so another threshold may stop a few more images: within one step of them.
    best = max(s for s, g in map(stops, np.append(peer.margin[0], -1)) if g <= 0.001 + 1e-12)
    if share < best - 0.1:
        found.append(f"gap rule: stops {share} of the images, {best} could")
    return found


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]))
    else:
        sys.exit(check(pathlib.Path(sys.argv[2]), sys.argv[3]))

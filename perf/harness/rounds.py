# SPDX-License-Identifier: Apache-2.0
"""Checks contestants, then times them in turn."""
import dataclasses
import time

from harness import agreement
from harness.contestants import Failed

PAUSE_S = 0.05  # until the previous contestant's threads sleep


@dataclasses.dataclass
class Entry:
    """A contestant's row: its times, or why there are none."""
    name: str
    form: str = ""
    difference: float | None = None
    reason: str = ""
    round_ms: list = dataclasses.field(default_factory=list)


def check(contestant, reference):
    """An entry; it has a reason if the outputs disagree with the reference."""
    entry = Entry(contestant.name)
    try:
        entry.difference = agreement.difference(contestant.output(), reference)
        entry.form = contestant.form
    except Failed as error:
        entry.reason = f"failed: {error}"
        return entry
    if not entry.difference <= agreement.BOUND:
        entry.reason = f"disagrees with fp64 by {entry.difference:.1e} of the range, bound {agreement.BOUND:.0e}"
    return entry


def turn(items, n):
    """The order of round n."""
    return items[n % len(items):] + items[:n % len(items)] if items else []


def measure(contestants, reference, rounds, seconds):
    entries = [check(c, reference) for c in contestants]
    for n in range(rounds):
        for contestant, entry in turn(list(zip(contestants, entries)), n):
            if entry.reason:
                continue
            time.sleep(PAUSE_S)
            try:
                entry.round_ms.append(contestant.time(seconds))
            except Failed as error:
                entry.reason = f"failed: {error}"
    for entry in entries:
        if entry.reason:
            entry.round_ms = []
    return entries

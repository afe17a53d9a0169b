# SPDX-License-Identifier: Apache-2.0
"""Rows as text."""
import statistics

from harness import verdict

HEAD = f"{'network':<16}{'batch':>5}  {'engine':<14}{'ms':>9}   {'fxe / engine':<26}{'fxe is':<9}agrees within"


def line_of(row):
    start = f"{row['network']:<16}{row['batch']:>5}  {row['engine']:<14}"
    if row["reason"]:
        return f"{start} not timed: {row['reason']}"
    ratio = row.get("fxe_over_this")
    shown = verdict.Spread(**ratio) if ratio else ""
    return (f"{start}{statistics.median(row['round_ms']):>9.3f}   {str(shown):<26}{row.get('verdict', ''):<9}"
            f"{row['difference']:.0e}" + (f"  {row['form']}" if row["form"] else ""))


def fastest_peer(rows):
    """The row of the peer with the least median among those compared with fxe, or None."""
    compared = [r for r in rows if "fxe_over_this" in r]
    return min(compared, key=lambda r: statistics.median(r["round_ms"]), default=None)


def summary(groups):
    """A line per network and batch for its fastest peer, and one for the mean."""
    best = [row for row in map(fastest_peer, groups) if row]
    for row in best:
        yield (f"{row['network']:<16}{row['batch']:>5}  fastest peer {row['engine']}: fxe takes "
               f"{row['fxe_over_this']['median']:.3f} of its time, {row['verdict']}")
    if best:
        mean = verdict.geometric_mean([row["fxe_over_this"]["median"] for row in best])
        yield f"geometric mean of fxe / fastest peer over {len(best)} of {len(groups)} rows: {mean:.3f}"

# SPDX-License-Identifier: Apache-2.0
"""Result files: JSON lines, one per engine, network and batch."""
import json
import os
import pathlib

from harness import verdict

SCHEMA = "fxe.peers/1"
KEY = ("network", "batch", "precision", "threads", "engine")


def rows_of(case, entries, settings):
    """A row per entry; peers' rows carry the ratio of fxe's time to theirs."""
    fxe = next(e for e in entries if e.name == "fxe")
    for entry in entries:
        row = {"schema": SCHEMA, "network": case.network, "batch": case.batch, "precision": "fp32",
               "threads": settings["threads"], "engine": entry.name, "form": entry.form,
               "difference": entry.difference, "reason": entry.reason, "round_ms": entry.round_ms}
        if entry is not fxe and entry.round_ms and fxe.round_ms:
            ratio = verdict.ratio_in_turn(fxe.round_ms, entry.round_ms)
            row["fxe_over_this"] = {"median": ratio.median, "low": ratio.low, "high": ratio.high}
            row["verdict"] = verdict.verdict(ratio)
        yield row


def finite(value):
    """JSON has no infinity: null."""
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    return None if isinstance(value, float) and not abs(value) < float("inf") else value


def write(path, rows, context):
    """Writes all rows, each with the context, to a temporary file, then renames it."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text("".join(json.dumps({**finite(row), **context}, allow_nan=False) + "\n" for row in rows))
    os.replace(temporary, path)


def read(path):
    """Key -> row. Raises ValueError for a file that is not of this schema."""
    rows = {}
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        try:
            row = json.loads(line)
            if row["schema"] != SCHEMA:
                raise ValueError(f"found the schema '{row['schema']}'")
            rows[tuple(row[k] for k in KEY)] = row
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: expected a row of {SCHEMA} (perf/peers.py --out): {error}") from None
    if not rows:
        raise ValueError(f"{path}: expected rows of {SCHEMA}, as perf/peers.py --out writes, found none")
    return rows

# SPDX-License-Identifier: Apache-2.0
"""Command lines that write, on small inputs, for the tests of this folder."""
import pathlib
import random
import shutil
import struct

IMAGES = 70  # more than a block of a store


class Inputs:
    """Two members of the demo's ensemble, images, labels, logits and a store, in their own folder."""

    def __init__(self, folder: pathlib.Path, source: pathlib.Path, fxe):
        self.folder = folder
        draw = random.Random(1)
        for name in ("m0.safetensors", "m1.safetensors"):
            shutil.copy(source / "demo" / name, folder)
        for i in range(IMAGES):
            path = folder / "images" / str(i % 3) / f"{i:03}.ppm"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"P6\n8 8\n255\n" + bytes(draw.randrange(256) for _ in range(192)))
        (folder / "labels").write_text("".join(f"{i % 4}\n" for i in range(IMAGES)))
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({IMAGES}, 4), }}\n".encode()
        for name in ("a.npy", "b.npy"):
            logits = struct.pack(f"<{4 * IMAGES}f", *(draw.gauss(0, 2) for _ in range(4 * IMAGES)))
            (folder / name).write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + logits)
        self.make = [
            ["init", "m0.safetensors", "m1.safetensors", "-o", "e.json"],
            ["record", "e.json", "images", "-o", "st", "--limit", "66"],
        ]
        for words in self.make:
            run = fxe(words, folder)
            assert run.returncode == 0, run.stderr

    # Name: words, and the files they write. Files in `existing` exist before, of the kind that is written.
    COMMANDS = {
        "doctor": (["doctor", "--json", "r.json"], ["r.json"]),
        "init": (["init", "m0.safetensors", "-o", "new.json", "--json", "r.json"], ["new.json", "r.json"]),
        "convert": (["convert", "m0.safetensors", "-o", "c.safetensors", "--json", "r.json"],
                    ["c.safetensors", "r.json"]),
        "eval": (["eval", "e.json", "images", "--limit", "9", "--predictions", "p.csv", "--json", "r.json",
                  "--mlperf-log", "m.json", "--results-file", "t.csv"], ["p.csv", "r.json", "m.json", "t.csv"]),
        "record": (["record", "e.json", "images", "-o", "new", "--json", "r.json"], ["new", "new.costs.json", "r.json"]),
        "import": (["import", "a.npy", "b.npy", "--labels", "labels", "--costs", "1,2", "-o", "new", "--json", "r.json"],
                   ["new", "new.costs.json", "r.json"]),
        "replay": (["replay", "st", "--policy", "t:0.5", "--predictions", "p.csv", "--json", "r.json"],
                   ["p.csv", "r.json"]),
        "calibrate": (["calibrate", "st", "--objective", "gap<=50pt", "--write", "e.json", "--json", "r.json"],
                      ["e.json", "r.json"]),
        "figures": (["figures", "st", "-o", "f", "--no-plots", "--unit", "multiply-adds", "--json", "r.json"],
                    ["f/st-accuracy.csv", "f/st-accuracy.gp", "r.json"]),
    }

# SPDX-License-Identifier: Apache-2.0
"""What is attacked: command lines on small inputs, in a new folder for every round."""
import dataclasses
import errno
import json
import pathlib
import random
import resource
import struct
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parent.parent / "faults"))

import files
import process
from commands import Inputs

SHORT = "--iterations 1 --warmUp 1 --duration 0.01"

# Commands that write.
WRITE = {
    "init": "init m0.safetensors m1.safetensors -o out.json --json r.json",
    "convert": "convert m0.safetensors -o out.safetensors --json r.json",
    "eval": "eval e.json images --predictions out.csv --json r.json --mlperf-log l.json --results-file t.csv",
    "record": "record e.json images -o out --json r.json",
    "record compact": "record e.json images -o out --compact --batch 7",
    "import": "import a.npy b.npy --labels labels --costs 1,2 -o out --json r.json",
    "replay": "replay st --policy t:0.5 --predictions out.csv --json r.json",
    "calibrate": "calibrate st --objective gap<=50pt --write e.json --profile new --json r.json",
    "figures": "figures st -o f --no-plots --json r.json",
    "bench": f"bench e.json {SHORT} --exportTimes out.json --exportOutput out.npy --json r.json",
    "profile": "profile e.json images --limit 8 --csv out.csv --trace out.json --json r.json",
}
ALL = WRITE | {
    "classify": "classify e.json images/0/000.ppm images/1/001.ppm --explain",
    "inspect": "inspect e.json --layers",
    "check": "check m0.safetensors",
    "doctor": "doctor",
    "against": "replay st --against p.csv",
}


def of_model(name):
    return [f"inspect {name}", f"convert {name} -o out.safetensors", f"classify {name} images/0/000.ppm", f"check {name}",
            f"init {name} -o out.json", f"bench {name} {SHORT}", f"record {name} images -o out --limit 9"]


def of_store(name):
    return [f"replay {name}", f"replay {name} --policy t:0.5 --signal entropy --predictions out.csv",
            f"replay {name} --order 1,0 --combine probabilities", f"replay {name} --against p.csv",
            f"calibrate {name} --objective gap<=50pt", f"calibrate {name} --search subset --compare-signals",
            f"calibrate {name} --objective published,alpha=0.5 --fit-temperatures",
            f"calibrate st --test {name} --allow-overlap", f"calibrate {name} --split 0.5 --objective harm<=50pt@90%",
            f"figures {name} -o f --no-plots", f"figures {name} -o f --no-plots --unit multiply-adds"]


ENSEMBLE = ["inspect e.json", "classify e.json images/0/000.ppm --explain", "eval e.json images --limit 9 --json r.json",
            "record e.json images -o out", "profile e.json images --limit 5", f"bench e.json {SHORT}", "check e.json",
            "replay st --ensemble e.json --policy stored", "calibrate st --objective gap<=50pt --write e.json"]

# Files to damage: (their structure, name, commands that read them).
FILES = [
    ("safetensors", "m0.safetensors", of_model("m0.safetensors") + ENSEMBLE),
    ("json", "e.json", ENSEMBLE),
    ("store", "st", of_store("st")),
    ("store", "compact", of_store("compact")),
    ("store", "half", of_store("half")),
    ("json", "st.costs.json", of_store("st")),
    ("json", "compact.costs.json", of_store("compact")),
    ("npy", "a.npy", [f"import a.npy --labels labels -o out {form}" for form in ("", "--half", "--compact")]),
    ("lines", "labels", ["import a.npy --labels labels -o out"]),
    ("lines", "val.txt", ["eval e.json images --labels val.txt", "record e.json images --labels val.txt -o out"]),
    ("lines", "map.txt", ["eval e.json images --class-map map.txt"]),
    ("lines", "classes.txt", ["eval e.json images --classes classes.txt", "eval e.json images --valid-labels classes.txt",
                              "classify e.json images/0/000.ppm --classes classes.txt"]),
    ("json", "real.json", ["eval e.json images --labels val.txt --real-labels real.json"]),
    ("lines", "p.csv", ["replay st --against p.csv"]),
    ("image", "images/0/000.ppm", ["classify e.json images/0/000.ppm", "eval e.json images --batch 8",
                                   "record e.json images -o out", f"bench e.json --images images --limit 9 {SHORT}"]),
]
# Seeds of tests/fuzz: (structure, suffix).
SEEDS = {"onnx": ("protobuf", ".onnx"), "caffemodel": ("protobuf", ".caffemodel"), "torch_zip": ("zip", ".pth"),
         "torch_legacy": ("raw", ".pth"), "safetensors": ("safetensors", ".safetensors"),
         "safetensors_index": ("json", ".safetensors.index.json")}
IMAGES = {"png": ("image", ".png"), "jpeg": ("raw", ".jpg"), "other_images": ("image", ".gif")}


@dataclasses.dataclass
class Finding:
    attack: str
    what: str  # crashes, hangs, files, left, messages
    text: str
    run: process.Run
    before: dict
    environment: dict


class Place:
    def __init__(self, fxe, library, seeds, folder: pathlib.Path, source: pathlib.Path):
        self.fxe, self.library, self.folder = fxe, library, folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.options = {name: process.options_of(fxe, name) for name in {line.split()[0] for line in ALL.values()}}
        Inputs(folder, source, lambda words, _: subprocess.run([fxe, *self.usual(words)], cwd=folder, capture_output=True,
                                                               text=True))
        names = [str(p.relative_to(folder / "images")) for p in sorted(folder.rglob("*.ppm"))]
        (folder / "val.txt").write_text("".join(f"{n} {i % 4}\n" for i, n in enumerate(names)))
        (folder / "map.txt").write_text("".join(f"{i} {i}\n" for i in range(3)))
        (folder / "classes.txt").write_text((source / "demo/classes.txt").read_text())
        (folder / "real.json").write_text(json.dumps([[i % 4] for i in range(len(names))]))
        for line in ("record e.json images -o compact --compact --limit 66", "record e.json images -o half --half --limit 66",
                     "eval e.json images --limit 66 --predictions p.csv", "calibrate st --objective gap<=50pt --write e.json"):
            run = self.run(line)
            assert run.code == 0, run.err
        self.seeds = {target: [p.read_bytes() for p in sorted((seeds / target).iterdir())] for target in SEEDS | IMAGES}
        self.inputs = files.content(folder)
        self.counted, self.clean, self.seconds = {}, {}, {}
        for name, line in WRITE.items():
            self.fresh()
            begin = time.monotonic()
            run = self.run(line)
            self.seconds[name] = time.monotonic() - begin
            assert run.code == 0, run.err
            self.clean[name] = {n: data for n, data in files.content(folder).items() if self.inputs.get(n) != data}
        self.least_memory = self.find_least_memory()

    def usual(self, words, threads=1):
        """The options that every run here shares."""
        own = self.options[words[0]]
        more = [] if "device" not in own or "--device" in words else ["--device", "cpu"]
        return words + more + ([] if "threads" not in own or "--threads" in words else ["--threads", str(threads)])

    def run(self, line, **how) -> process.Run:
        words = line.split() if isinstance(line, str) else list(line)
        return process.run(self.fxe, self.usual(words, how.pop("threads", 1)), self.folder, **how)

    def failing(self, kind, at, error):
        """Environment variables that make the call fail; error 0 kills the process there."""
        return {"LD_PRELOAD": str(self.library), "FXE_FAIL": kind, "FXE_FAIL_AT": str(at), "FXE_FAIL_ERRNO": str(error)}

    def calls(self, name, kind) -> int:
        """How many calls of a kind a command makes that fail_at.cpp can fail."""
        if (name, kind) not in self.counted:
            self.fresh()
            count = self.folder.parent / f"{self.folder.name}.count"
            count.unlink(missing_ok=True)
            run = self.run(ALL[name], threads=2 if kind == "thread" else 1,
                           environment=self.failing(kind, 0, errno.EIO) | {"FXE_FAIL_COUNT": str(count)})
            assert run.code == 0, run.err
            self.counted[name, kind] = int(count.read_text())
        return self.counted[name, kind]

    def find_least_memory(self) -> int:
        """Address space that suffices to load the libraries."""
        low, high = 1 << 20, 1 << 30
        while high > 1.02 * low:
            middle = (low + high) // 2
            run = process.run(self.fxe, ["--version"], self.folder, limits={resource.RLIMIT_AS: middle})
            low, high = (low, middle) if run.code == 0 else (middle, high)
        return high

    def fresh(self, changed=None):
        """The inputs, with some of them changed; returns what lies in the folder."""
        before = {**self.inputs, **(changed or {})}
        files.restore(self.folder, before)
        return before


def draw_of(seed, number) -> random.Random:
    return random.Random(f"{seed}/{number}")


def big_arrays(images=4000, classes=40):
    """Two arrays of logits and labels, large enough to catch a reader of their store at work."""
    draw = random.Random(7)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({images}, {classes}), }}\n".encode()
    start = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header
    values = [struct.pack(f"<{images * classes}f", *(draw.gauss(0, 2) for _ in range(images * classes))) for _ in range(2)]
    labels = "".join(f"{draw.randrange(classes)}\n" for _ in range(images))
    return {"big0.npy": start + values[0], "big1.npy": start + values[1], "big.labels": labels.encode()}

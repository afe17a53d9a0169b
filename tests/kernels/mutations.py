#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants one bug after the other in copies of the tail's source and shows that the tests catch it.

    cmake --preset dev && cmake --build build-dev --target test_kernels test_kernels_tsan
    tests/kernels/mutations.py build-dev [part of a name]

Lane `order`: test_kernels finds it by a wrong result, an error of the SIMT shim or a crash. Lane `race`: results may
be right, ThreadSanitizer has to object. Some minutes; not part of the test command.
"""
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNELS = ROOT / "tests/kernels/kernels_on_host.cpp"
LANES = {"order": ("test_kernels", ["--gtest_filter=*TailKernel*:Launchers*", "--gtest_fail_fast"]),
         "race": ("test_kernels_tsan", [])}

# name, lane, file, text (must occur once), replacement
MUTATIONS = [
    ("nothing", None, "kernels/reduce.cuh", "value = op(value, shuffle_xor", "value = op(value, shuffle_xor"),
    ("no barrier before the partials are read", "order", "kernels/reduce.cuh",
     "  if (lane == 0) partial[warp] = value;\n  __syncthreads();", "  if (lane == 0) partial[warp] = value;"),
    ("butterfly begins too low", "order", "kernels/reduce.cuh", "kWarpSize / 2;", "kWarpSize / 4;"),
    ("mask of half a warp", "order", "kernels/reduce.cuh", "kFullWarp = 0xffffffffu", "kFullWarp = 0xffffu"),
    ("no barrier before arriving", "race", "kernels/last_block.cuh", "  __syncthreads();  // what", "  // what"),
    ("no fence before arriving", "race", "kernels/last_block.cuh", "__threadfence();  // this", ";  // this"),
    ("no fence after arriving", "race", "kernels/last_block.cuh", "__threadfence();  // the", ";  // the"),
    ("plain increment", "race", "kernels/last_block.cuh", "last[0] = atomicInc(arrivals, end) == end;",
     "const uint32_t old = *arrivals; *arrivals = old == end ? 0 : old + 1; last[0] = old == end;"),
    ("counter is not reset", "order", "kernels/last_block.cuh", "atomicInc(arrivals, end)", "atomicAdd(arrivals, 1u)"),
    ("last block but one", "order", "kernels/last_block.cuh", "== end;", "+ 1 == end;"),
    ("no barrier after arriving", "order", "kernels/last_block.cuh", "  __syncthreads();\n", ""),
    ("rows are overwritten before they are read", "order", "kernels/tail_compact.cuh",
     "    __syncthreads();  // all rows", "    // all rows"),
    ("survivors of a warp are overwritten", "race", "kernels/tail_compact.cuh",
     "    __syncthreads();  // warp_survivors", "    // warp_survivors"),
    ("survivors lose their order", "order", "kernels/tail_compact.cuh", "if (w < warp)", "if (w > warp)"),
    ("lower lanes include this one", "order", "kernels/tail_compact.cuh", "((1u << lane) - 1)", "((2u << lane) - 1)"),
    ("ties go to the higher index", "order", "kernels/tail_rules.h", "a.index < b.index", "a.index > b.index"),
    ("ties go to the later one", "order", "kernels/tail_rules.h",
     "a.score > b.score || (a.score == b.score && a.index < b.index)", "a.score >= b.score"),
    ("mean divided by one member less", "order", "kernels/tail_rules.h", "= m + (x - m) * (w / w_sum)",
     "= m + (x - m) * (w / (w_sum - w))"),
    ("threshold reached is passed", "order", "kernels/tail_rules.h", "margin_k > threshold_k",
     "margin_k >= threshold_k"),
    ("deadline reached is passed", "order", "kernels/tail_rules.h", "> deadline_ns;", ">= deadline_ns;"),
    ("a member left out stops", "order", "kernels/tail_decision.h", "(scored && sure(", "(sure("),
    ("status forgets who was left out", "order", "kernels/tail_decision.h",
     "!scored || row.status == RowStatus::non_finite ||", "!scored ||"),
    ("one row too many", "order", "kernels/tail.cuh", "if (r < count) {", "if (r <= count) {"),
    ("one class too many", "order", "kernels/tail.cuh", "j < classes;", "j <= classes;"),
    ("a row is averaged by its place", "order", "kernels/tail.cuh", "a.mean + static_cast<int64_t>(image)",
     "a.mean + static_cast<int64_t>(r)"),
    ("finite if one thread says so", "order", "kernels/tail.cuh",
     "  if (!__syncthreads_and(finite)) return {false, top, 0};\n  top = block_top2",
     "  if (!__syncthreads_or(finite)) return {false, top, 0};\n  top = block_top2"),
    ("switch takes the next size", "order", "kernels/batch_switch.cuh", "to.rows[body] < live", "to.rows[body] <= live"),
]


class Lane:
    """How the build compiles the kernels for a test program and links it."""

    def __init__(self, build: pathlib.Path, program: str):
        commands = json.loads((build / "compile_commands.json").read_text())
        part = "fxe_kernels_tsan" if program.endswith("_tsan") else "test_kernels.dir"
        entry = next(c for c in commands if c["file"] == str(KERNELS) and part in c["command"])
        self.build, self.compile = build, shlex.split(entry["command"])
        self.object = self.compile[self.compile.index("-o") + 1]
        output = subprocess.run(["ninja", "-C", build, "-t", "commands", program], capture_output=True, text=True, check=True)
        link = output.stdout.strip().splitlines()[-1].removeprefix(": && ").removesuffix(" && :")
        self.link = shlex.split(link)

    def make(self, mutated: pathlib.Path) -> pathlib.Path:
        obj, program = str(mutated / "kernels.o"), mutated / "program"
        compile_command = [obj if a == self.object else a for a in self.compile]
        compile_command.insert(1, f"-I{mutated}")
        link_command = [obj if a == self.object else a for a in self.link]
        link_command[link_command.index("-o") + 1] = str(program)
        for command in (compile_command, link_command):
            done = subprocess.run(command, cwd=self.build, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{' '.join(command)}\n{done.stderr}")
        return program


def run(lane: Lane, arguments, file: str, text: str, replacement: str) -> str:
    """The line that shows the bug; empty if the tests pass."""
    source = (ROOT / file).read_text()
    if source.count(text) != 1:
        sys.exit(f"{file} contains {source.count(text)} times, expected once: {text}")
    with tempfile.TemporaryDirectory() as folder:
        mutated = pathlib.Path(folder)
        (mutated / file).parent.mkdir(parents=True)
        (mutated / file).write_text(source.replace(text, replacement))
        program = lane.make(mutated)
        try:
            done = subprocess.run([program, "--gtest_brief=1", *arguments], capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired:
            return "does not end"
    if done.returncode == 0:
        return ""
    lines = (done.stdout + done.stderr).splitlines()
    signs = ("WARNING: ThreadSanitizer", "C++ exception", "is ", "Failure")
    return next((line.strip()[:150] for sign in signs for line in lines if sign in line), f"exit status {done.returncode}")


def main() -> int:
    build, wanted = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else ""
    lanes = {name: Lane(build, program) for name, (program, _) in LANES.items()}
    missed = 0
    for name, lane, *change in MUTATIONS:
        if wanted not in name:
            continue
        for l in [lane] if lane else LANES:
            found = run(lanes[l], LANES[l][1], *change)
            right = bool(found) == bool(lane)
            missed += not right
            print(f"{'ok    ' if right else 'MISSED'} {l:5}  {name}: {found or 'no objection'}", flush=True)
    print(f"{missed} not as expected")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

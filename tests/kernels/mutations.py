#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants one bug after another in copies of the kernels' source and shows that the tests catch it.

    cmake --preset dev
    cmake --build build-dev --target test_kernels test_kernels_tsan test_own_kernels
    tests/kernels/mutations.py build-dev [part of a lane or name]

Lane `order`: bugs of the tail, which show as a wrong result, an error of the SIMT shim or a crash. Lane `race`: results may be
right, but ThreadSanitizer must object. Lane `nhwc`: the kernels on NHWC values, one by one. Lane `steps`: how layers/cuda calls
them. Takes some minutes; not part of the test command.
"""
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# lane: test program, its arguments, the file that includes the mutated one (other .cpp files stand for themselves)
LANES = {
    "order": ("test_kernels", ["--gtest_filter=*TailKernel*:*LinearTail*:*PoolTail*:Launchers*", "--gtest_fail_fast"],
              "tests/kernels/kernels_on_host.cpp"),
    "race": ("test_kernels_tsan", [], "tests/kernels/kernels_on_host.cpp"),
    "nhwc": ("test_kernels", ["--gtest_filter=*Nhwc*", "--gtest_fail_fast"], "tests/kernels/nhwc_on_host.cpp"),
    "steps": ("test_own_kernels", ["--gtest_fail_fast"], "tests/kernels/nhwc_on_host.cpp"),
}

# name, lane, file, text (must occur once), replacement
MUTATIONS = [
    ("nothing", None, "kernels/simt.h", "#pragma once", "#pragma once"),
    ("no barrier before the partials are read", "order", "kernels/reduce.cuh",
     "  if (lane == 0) partial[warp] = value;\n  __syncthreads();", "  if (lane == 0) partial[warp] = value;"),
    ("butterfly begins too low", "order", "kernels/reduce.cuh", "kWarpSize / 2;", "kWarpSize / 4;"),
    ("mask of half a warp", "order", "kernels/reduce.cuh", "kFullWarp = 0xffffffffu", "kFullWarp = 0xffffu"),
    ("no barrier before arriving", "race", "kernels/tail/last_block.cuh", "  __syncthreads();  // what", "  // what"),
    ("no fence before arriving", "race", "kernels/tail/last_block.cuh", "__threadfence();  // this", ";  // this"),
    ("no fence after arriving", "race", "kernels/tail/last_block.cuh", "__threadfence();  // the", ";  // the"),
    ("plain increment", "race", "kernels/tail/last_block.cuh", "last[0] = atomicInc(arrivals, end) == end;",
     "const uint32_t old = *arrivals; *arrivals = old == end ? 0 : old + 1; last[0] = old == end;"),
    ("counter is not reset for the second replay", "order", "kernels/tail/last_block.cuh", "atomicInc(arrivals, end)", "atomicAdd(arrivals, 1u)"),
    ("last block but one", "order", "kernels/tail/last_block.cuh", "== end;", "+ 1 == end;"),
    ("no barrier after arriving", "order", "kernels/tail/last_block.cuh", "  __syncthreads();\n", ""),
    ("rows are overwritten before they are read", "order", "kernels/tail/compact.cuh",
     "    __syncthreads();  // all rows", "    // all rows"),
    ("survivors of a warp are overwritten", "race", "kernels/tail/compact.cuh",
     "    __syncthreads();  // warp_survivors", "    // warp_survivors"),
    ("survivors lose their order", "order", "kernels/tail/compact.cuh", "if (w < warp)", "if (w > warp)"),
    ("lower lanes include this one", "order", "kernels/tail/compact.cuh", "((1u << lane) - 1)", "((2u << lane) - 1)"),
    ("ties go to the higher index", "order", "kernels/tail/rules.h", "a.index < b.index", "a.index > b.index"),
    ("ties go to the later one", "order", "kernels/tail/rules.h",
     "a.score > b.score || (a.score == b.score && a.index < b.index)", "a.score >= b.score"),
    ("mean divided by one member less", "order", "kernels/tail/rules.h", "= m + (x - m) * (w / w_sum)",
     "= m + (x - m) * (w / (w_sum - w))"),
    ("threshold reached is passed", "order", "kernels/tail/rules.h", "margin_k > threshold_k",
     "margin_k >= threshold_k"),
    ("deadline reached is passed", "order", "kernels/tail/rules.h", "> deadline_ns;", ">= deadline_ns;"),
    ("a member left out stops", "order", "kernels/tail/decision.h", "(scored && sure(", "(sure("),
    ("status forgets who was left out", "order", "kernels/tail/decision.h",
     "!scored || row.status == RowStatus::non_finite ||", "!scored ||"),
    ("one row too many", "order", "kernels/tail/tail.cuh", "if (r < count) run", "if (r <= count) run"),
    ("one class too many", "order", "kernels/tail/row.cuh", "j < classes;", "j <= classes;"),
    ("a row is averaged by its place", "order", "kernels/tail/row.cuh", "a.mean + static_cast<int64_t>(image)",
     "a.mean + static_cast<int64_t>(r)"),
    ("finite if one thread says so", "order", "kernels/team.cuh", "__syncthreads_and(value)", "__syncthreads_or(value)"),
    ("finite if one lane says so", "order", "kernels/team.cuh", "__all_sync(kFullWarp, value)", "__any_sync(kFullWarp, value)"),
    ("a row's place is overwritten before its lanes have read it", "race", "kernels/team.cuh", "    __syncwarp();\n", ""),
    ("mask of half a warp in a reduce-scatter", "order", "kernels/dot_tile.cuh", "__shfl_xor_sync(kFullWarp, given",
     "__shfl_xor_sync(0xffffu, given"),
    ("the half that is kept is given", "order", "kernels/dot_tile.cuh", "kept = upper ?", "kept = !upper ?"),
    ("lanes of one product are not all added", "order", "kernels/dot_tile.cuh", "  for (; lane_mask > 0; lane_mask /= 2)", "  for (; lane_mask > 1; lane_mask /= 2)"),
    ("a lane's last 16 bytes are left out", "order", "kernels/dot_tile.cuh", "lane() + static_cast<int>(kWarpSize) - 1)", "lane() + static_cast<int>(kWarpSize) - 2)"),
    ("every class of a tile has the same weights", "order", "kernels/dot_tile.cuh", "min(k, w.count - 1)", "0"),
    ("a tile writes past the last class", "order", "kernels/tail/linear_tail.cuh", "r < rows && k < classes)", "r < rows)"),
    ("a tile writes past the last row", "order", "kernels/tail/linear_tail.cuh", "r < rows && k < classes)", "k < classes)"),
    ("bias of the tile's first class", "order", "kernels/tail/linear_tail.cuh", "head.bias[first_class + k]", "head.bias[first_class]"),
    ("no barrier before the warps' sums are read", "order", "kernels/tail/conv_pool_tail.cuh",
     "  __syncthreads();\n", ""),
    ("a warp's sums of pixels are read before they are there", "order", "kernels/tail/pool_tail.cuh", "  __syncthreads();\n", ""),
    ("a pool's mean over the warps", "order", "kernels/tail/pool_tail.cuh", "static_cast<float>(head.pixels)", "static_cast<float>(kPoolTailWarps)"),
    ("pixels of the image before", "order", "kernels/tail/pool_tail.cuh", "row * head.pixels + p", "row + p"),
    ("a pixel past the last one counts", "order", "kernels/tail/conv_pool_tail.cuh", "if (Tile::row() < pixels) sum", "sum"),
    ("pixels of a tile are not all added", "order", "kernels/tail/conv_pool_tail.cuh", "lane_mask = kConvPoolClasses;", "lane_mask = 2 * kConvPoolClasses;"),
    ("mean over a pixel more", "order", "kernels/tail/conv_pool_tail.cuh", "static_cast<float>(head.pixels)", "static_cast<float>(head.pixels + 1)"),
    ("the first image's pixels for all", "order", "kernels/tail/conv_pool_tail.cuh", "image * head.pixels + first", "first"),
    ("the last block of a group is counted over the grid's groups", "order", "kernels/tail/head_end.cuh",
     "is_last_block(arrivals + 1 + blockIdx.y, gridDim.x)", "is_last_block(arrivals + 1 + blockIdx.y, gridDim.x + 1)"),
    ("groups of rows share a counter", "order", "kernels/tail/head_end.cuh", "arrivals + 1 + blockIdx.y", "arrivals + 1"),
    ("the stage is closed by the first group", "order", "kernels/tail/head_end.cuh", "is_last_block(arrivals, gridDim.y)", "is_last_block(arrivals, 1)"),
    ("a warp's rows follow each other too closely", "order", "kernels/tail/head_end.cuh", "run_tail_row(a, first_row + r,", "run_tail_row(a, r,"),
    ("switch takes the next size", "order", "kernels/tail/batch_switch.cuh", "to.rows[body] < live", "to.rows[body] <= live"),

    ("padding keeps what the lanes hold", "nhwc", "kernels/nhwc/nhwc.cuh", "at.c + i < y.c ? lanes.value[i] : 0.0f",
     "lanes.value[i]"),
    ("padding begins a channel late", "nhwc", "kernels/nhwc/nhwc.cuh", "at.c + i < y.c ?", "at.c + i <= y.c ?"),
    ("one pixel too many", "nhwc", "kernels/nhwc/nhwc.cuh", "pixel < static_cast<unsigned>(y.pixels())",
     "pixel <= static_cast<unsigned>(y.pixels())"),
    ("numbers of the first channels for all", "nhwc", "kernels/nhwc/nhwc.cuh", "load_lanes(values + c + i)", "load_lanes(values + i)"),
    ("numbers of four channels for eight", "nhwc", "kernels/nhwc/nhwc.cuh", "load_lanes(values + c + i)", "load_lanes(values + c)"),
    ("sigmoid mirrored", "nhwc", "kernels/pointwise_function.cuh", "expf(-z)", "expf(z)"),
    ("clip loses a NaN", "nhwc", "kernels/pointwise_function.cuh", "x < low ? low : x > high ? high : x",
     "x >= low ? (x > high ? high : x) : low"),
    ("slope above zero", "nhwc", "kernels/pointwise_function.cuh", "x < 0 ? f.slope * x : x", "x > 0 ? f.slope * x : x"),
    ("hard sigmoid without its offset", "nhwc", "kernels/pointwise_function.cuh", "f.slope * x + f.offset", "f.slope * x"),
    ("hard swish with a short sixth", "nhwc", "kernels/pointwise_function.cuh", "x * (1.0f / 6)", "x * 0.16666f"),
    ("a short root of a half", "nhwc", "kernels/pointwise_function.cuh", "0x1.6a09e6p-1f", "0.70711f"),
    ("a short cubic term", "nhwc", "kernels/pointwise_function.cuh", "0.044715f", "0.0447f"),
    ("silu is sigmoid", "nhwc", "kernels/pointwise_function.cuh", "times_sigmoid(x, x)", "times_sigmoid(1, x)"),
    ("shift before scale", "nhwc", "kernels/nhwc/pointwise.cuh", "lanes.value[i] *= factor.value[i]",
     "lanes.value[i] = (lanes.value[i] + (shift ? shift[at.c + i] : 0)) * factor.value[i]"),
    ("slope of the next channel", "nhwc", "kernels/nhwc/prelu.cuh", "*= factor.value[i]", "*= factor.value[(i + 1) % kLanes<T>]"),
    ("gate of the first image", "nhwc", "kernels/nhwc/gate.cuh", "gate.pixel(at.n, 0, 0)", "gate.pixel(0, 0, 0)"),
    ("shuffle turned round", "nhwc", "kernels/nhwc/shuffle.cuh", "c % groups * per_group + c / groups",
     "c % per_group * groups + c / per_group"),
    ("shuffle off by one", "nhwc", "kernels/nhwc/shuffle.cuh", "* per_group + c / groups", "* per_group + (c + 1) / groups"),
    ("slice starts a channel late", "nhwc", "kernels/nhwc/slice.cuh", "+ first + at.c", "+ first + 1 + at.c"),
    ("slice forgets where it starts", "nhwc", "kernels/nhwc/slice.cuh", "+ first + at.c", "+ at.c"),
    ("a row past the image", "nhwc", "kernels/nhwc/pad.cuh", "h < x.h", "h <= x.h"),
    ("columns padded like rows", "nhwc", "kernels/nhwc/pad.cuh", "at.w - left", "at.w - top"),
    ("padding counts in the variance", "nhwc", "kernels/nhwc/layer_norm.cuh", "c + i < x.c ? lanes.value[i] - mean : 0.0f",
     "lanes.value[i] - mean"),
    ("mean over the stored channels", "nhwc", "kernels/nhwc/layer_norm.cuh", "(sum, threads) / static_cast<float>(x.c)",
     "(sum, threads) / static_cast<float>(x.stored_c)"),
    ("variance as a difference of squares", "nhwc", "kernels/nhwc/layer_norm.cuh",
     "const float factor = 1 / sqrtf(variance", "const float factor = 1 / sqrtf((variance + mean * mean) - mean * mean"),
    ("sums of half the neighbours", "nhwc", "kernels/nhwc/layer_norm.cuh", "distance = threads / 2", "distance = threads / 4"),
    ("sums across pixels", "nhwc", "kernels/nhwc/layer_norm.cuh", "distance = threads / 2", "distance = 16"),
    ("neighbours that only half the warp names", "nhwc", "kernels/nhwc/layer_norm.cuh", "0xffffffffu", "0xffffu"),
    ("threads without a pixel leave", "nhwc", "kernels/nhwc/layer_norm.cuh", "  const int end = inside ?",
     "  if (!inside) return;\n  const int end = inside ?"),
    ("no epsilon", "nhwc", "kernels/nhwc/layer_norm.cuh", "variance + norm.epsilon", "variance"),
    ("no function after a convolution", "nhwc", "kernels/nhwc/conv.cuh", "  apply(conv.f, sum.value);\n", ""),
    ("a column past the image", "nhwc", "kernels/nhwc/conv.cuh", "w >= 0 && w < x.w", "w >= 0 && w <= x.w"),
    ("group of the next output", "nhwc", "kernels/nhwc/conv.cuh", "(at.c + i) / group_k", "(at.c + i + 1) / group_k"),
    ("a maximum forgets a NaN", "nhwc", "kernels/nhwc/pool.cuh", "value > result || value != value", "value > result"),
    ("half the threads of a mean", "nhwc", "kernels/nhwc/pool.cuh", "distance >= kGroups", "distance > kGroups"),
    ("a mean that only half the warp names", "nhwc", "kernels/nhwc/pool.cuh", "0xffffffffu", "0xffffu"),
    ("LRN's window off by one", "nhwc", "kernels/nhwc/lrn.cuh", "(lrn.size - 1) / 2", "lrn.size / 2 - 1"),
    ("softmax sums 16 lanes", "nhwc", "kernels/nhwc/softmax.cuh", "distance /= 2) sum +=", "distance /= 4) sum +="),
    ("one channel too many is placed", "nhwc", "kernels/nhwc/channels.cuh", "from_c < x.c", "from_c <= x.c"),
    ("a pixel is looked up in the first channel's values", "nhwc", "kernels/nhwc/layout.cuh", "values[256 * c + pixel[c]]",
     "values[pixel[c]]"),
    ("a row past those in use is read", "nhwc", "kernels/nhwc/layout.cuh", "n >= *rows.count", "n > *rows.count"),
    ("images are not counted from the first", "nhwc", "kernels/nhwc/layout.cuh", "rows.first == nullptr ? 0 : *rows.first", "0"),
    ("a stage's end is noted as that of the one before", "order", "kernels/tail/close.cuh", "a.times_ns[1 + a.stage]",
     "a.times_ns[a.stage]"),
    ("the host's time does not count", "order", "kernels/tail/start.cuh", "now_ns - batch.host_ns", "now_ns"),
    ("the batch's beginning is not noted", "order", "kernels/tail/start.cuh", "if (a.began_ns) *a.began_ns = now_ns;", ""),
    ("images of the other side", "steps", "layers/cuda/input_output.cpp", "static_cast<const int32_t*>(a[3])", "nullptr"),
    ("pixels are read as values", "steps", "layers/cuda/input_output.cpp", "if (a[4])", "if (a[4] == nullptr)"),
    ("rows and columns of a flattened image exchanged", "nhwc", "kernels/nhwc/layout.cuh", "in_plane / x.w, in_plane % x.w",
     "in_plane % x.h, in_plane / x.h"),

    ("a head's bias is left out", "steps", "layers/cuda/head.cpp", "bias_ ? bias_->template as<float>() : nullptr", "nullptr"),
    ("a strided convolution is taken for a product", "steps", "layers/cuda/head.cpp", "conv.filter == Extent2{} && ", ""),
    ("weights of the next output", "steps", "kernels/linear.cuh", "at(weight, first_k)", "at(weight, first_k + 1)"),
    ("padding of a fully connected layer is not zero", "nhwc", "kernels/linear.cuh", "k < y.c ? value[0] : 0.0f", "value[0]"),
    ("rows of a fully connected layer exchanged", "steps", "kernels/linear.cuh", "y.pixel(first_row + r", "y.pixel(rows - 1 - r"),
    ("an activation is forgotten", "steps", "kernels/linear.cuh", "  apply(f, value);\n", ""),
    ("scale and shift exchanged", "steps", "layers/cuda/layer_norm.cpp",
     "step.per_channel(op.scale, x.image), step.per_channel(op.shift, x.image)",
     "step.per_channel(op.shift, x.image), step.per_channel(op.scale, x.image)"),
    ("the gate's memory is taken over", "steps", "layers/cuda/elementwise.cpp",
     "step.take_over({x});\n    step.add(\"nhwc_gate\"", "step.in_place(1);\n    step.add(\"nhwc_gate\""),
    ("silu becomes gelu", "steps", "layers/cuda/step.cpp", "f.kind = Kind::silu", "f.kind = Kind::gelu"),
    ("slice starts at zero", "steps", "layers/cuda/channels.cpp", "static_cast<int>(op.first)", "0"),
    ("padding from below", "steps", "layers/cuda/zero_pad.cpp", "op.pad.top", "op.pad.bottom"),
    ("numbers per channel backwards", "steps", "layers/cuda/step.cpp", "padded(values, image.stored_c)",
     "padded(std::vector<float>(values.rbegin(), values.rend()), image.stored_c)"),
]


class Lane:
    """How the build compiles the kernels for a test program and links it."""

    def __init__(self, build: pathlib.Path, program: str, arguments: list[str], including: str, environment={}):
        self.build, self.program, self.arguments, self.including = build, program, arguments, including
        self.environment = os.environ | environment
        self.commands = json.loads((build / "compile_commands.json").read_text())
        output = subprocess.run(["ninja", "-C", build, "-t", "commands", program], capture_output=True, text=True, check=True)
        link = output.stdout.strip().splitlines()[-1].removeprefix(": && ").removesuffix(" && :")
        self.link = shlex.split(link)

    def command(self, program: pathlib.Path) -> list:
        return [program, "--gtest_brief=1", *self.arguments]

    def compile_command(self, source: str) -> list[str]:
        entries = [shlex.split(c["command"]) for c in self.commands if c["file"] == str(ROOT / source)]
        sanitized = self.program.endswith("_tsan")
        return next(e for e in entries if any("-fsanitize=thread" in a for a in e) == sanitized)

    def make(self, mutated: pathlib.Path, file: str) -> pathlib.Path:
        source = file if file.endswith(".cpp") else self.including
        compile_command = self.compile_command(source)
        old, new, program = compile_command[compile_command.index("-o") + 1], str(mutated / "mutated.o"), mutated / "program"
        compile_command = [new if a == old else str(mutated / file) if a == str(ROOT / source) and source == file else a
                           for a in compile_command]
        first = next(i for i, a in enumerate(compile_command) if a.startswith("-"))
        compile_command[first:first] = [f"-I{mutated}"]
        compile_command += ["-O1", "-w"]
        # The linker takes the first definition it finds, and other objects may hold the same templates.
        link_command = [a for a in self.link if a != old]
        link_command[link_command.index("-o") + 1] = str(program)
        link_command.insert(next(i for i, a in enumerate(link_command) if a.endswith(".o")), new)
        for command in (compile_command, link_command):
            done = subprocess.run(command, cwd=self.build, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{' '.join(command)}\n{done.stderr}")
        return program


def run(lane: Lane, file: str, text: str, replacement: str) -> str:
    """The line that shows the bug; empty if the tests pass."""
    source = (ROOT / file).read_text()
    if source.count(text) != 1:
        sys.exit(f"{file} contains {source.count(text)} times, expected once: {text}")
    with tempfile.TemporaryDirectory() as folder:
        mutated = pathlib.Path(folder)
        (mutated / file).parent.mkdir(parents=True)
        (mutated / file).write_text(source.replace(text, replacement))
        program = lane.make(mutated, file)
        try:
            done = subprocess.run(lane.command(program), capture_output=True, text=True, timeout=600, env=lane.environment)
        except subprocess.TimeoutExpired:
            return "does not end"
    if done.returncode == 0:
        return ""
    lines = (done.stdout + done.stderr).splitlines()
    signs = ("WARNING: ThreadSanitizer", "simulated GPU: ", "C++ exception", "worst element", "is ", "Failure")
    return next((line.strip()[:150] for sign in signs for line in lines if sign in line), f"exit status {done.returncode}")


def main(lane_forms=LANES, mutations=MUTATIONS, lane_type=Lane) -> int:
    build, wanted = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else ""
    lanes = {name: lane_type(build, *lane) for name, lane in lane_forms.items()}
    planted = missed = 0
    for name, lane, *change in mutations:
        if wanted not in f"{lane} {name}":
            continue
        for l in [lane] if lane else lanes:
            found = run(lanes[l], *change)
            right = bool(found) == bool(lane)
            planted += 1
            missed += not right
            print(f"{'ok    ' if right else 'MISSED'} {l:5}  {name}: {found or 'no objection'}", flush=True)
    print(f"{planted} run, {missed} not as expected")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

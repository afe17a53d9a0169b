#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Removes one check after another from copies of the source (checks that protect memory, files and answers) and shows that a
test fails.

    cmake --preset cpu && cmake --build build-cpu
    tests/attack/mutations.py build-cpu [part of a lane or name]

Not part of the test command: a quarter of an hour.
"""
import pathlib
import shutil
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "kernels"))
import mutations  # noqa: E402


def tests(program, gtest_filter):
    return program, [f"--gtest_filter={gtest_filter}", "--gtest_fail_fast"], ""


# A lane `fxe ...` mutates the program of the build, which these tests start as a process of its own.
LANES = {
    "available": tests("test_engine", "AvailableMemory*"),
    "decode": tests("test_engine", "DecodeMemory*:Loader*:Preprocess*:Resize*"),
    "files": tests("test_engine", "AppendFiles*:MappedFile*:Signals*:OutputFiles*:TextFile*"),
    "networks": tests("test_networks", "RandomWeights*"),
    "compare": tests("test_layers", "CompareLayers*:ErrorCorrelation*:RandomNetworks*"),
    "converter": tests("test_weights_converter", "Caffe*:Onnx*:*Files*:Sharded*"),
    "tools": tests("test_tools", "ChangingModels*:Record*:Replay*:EvalFailure*"),
    "fxe memory": ("fxe", ["{build}/tests/test_tools", "--gtest_filter=Memory.*:StartUp.*", "--gtest_fail_fast"], ""),
    "fxe faults": ("fxe", ["python3", f"{SOURCE}/tests/faults/faults_test.py", "{build}/fxe",
                           "{build}/tests/faults/libfail_at.so", f"{SOURCE}"], ""),
}

EXPECT, AVAILABLE, SIGNALS = "layers/expect_memory.cpp", "engine/available_memory.cpp", "engine/signals.cpp"
LOADER, RECORD = "engine/input/loader.cpp", "runtime/record.cpp"

# name, lane, file, text (must occur once), replacement
MUTATIONS = [
    ("nothing", None, "engine/sha256.cpp", '#include "engine/sha256.h"', '#include "engine/sha256.h"'),

    ("the largest value is not looked at", "fxe memory", EXPECT, "if (bytes > there)\n    throw run_time_error(\"layer",
     "if (false)\n    throw run_time_error(\"layer"),
    ("the arena is not looked at", "fxe memory", EXPECT, "if (plan.arena_bytes() > there)", "if (false)"),
    ("a comparison is not looked at", "fxe memory", EXPECT, "    if (bytes > there)\n      throw", "    if (false)\n      throw"),
    ("weights are not looked at", "fxe memory", EXPECT, "if (kept <= there && can_map(most)) return;",
     "if (kept <= SIZE_MAX || can_map(most)) return;"),

    ("the system's memory", "available", AVAILABLE, "left_by_system(root), ", ""),
    ("swap", "available", AVAILABLE, '*there + number_after(text, "SwapFree:").value_or(0)', "*there"),
    ("control groups", "available", AVAILABLE, "left_by_groups(root), ", ""),
    ("the groups above", "available", AVAILABLE, "if (group.empty()) break;", "break;"),
    ("pages of files", "available", AVAILABLE, "pages_of_files(files.inactive) + pages_of_files(files.active)", "0 * pages_of_files(files.inactive)"),
    ("ulimit -v", "available", AVAILABLE, ", left_by_limit(root)", ""),
    ("what is taken of ulimit -v", "available", AVAILABLE, "pages * static_cast<size_t>(sysconf(_SC_PAGESIZE))", "0 * pages"),

    ("decoders do not wait", "decode", "engine/image/decode_memory.cpp",
     "of_.given_back_.wait(lock, [&] { return bytes <= of_.bytes_ - of_.taken_; });", ""),
    ("more than there is is taken", "decode", "engine/image/decode_memory.cpp", "if (bytes > of_.bytes_) return false;",
     "bytes = bytes > of_.bytes_ ? 0 : bytes;"),
    ("nothing is given back", "decode", "engine/image/decode_memory.cpp", "    of_.taken_ -= taken_;\n", ""),
    ("any number of pixels", "decode", LOADER, "decode_image(file_, image_, options_.max_pixels, &memory_)",
     "decode_image(file_, image_, kMaxPixels, &memory_)"),
    ("any size after resizing", "decode", "engine/input/preprocess.cpp", "|| int64_t{size.width} * size.height > most_resized(p))", ")"),
    ("lines become large pictures", "decode", "engine/input/preprocess.cpp", "  if (!whole) return kMost;\n", "  if (whole || !whole) return kMost;\n"),
    ("prepared images are not looked at", "decode", LOADER, "if (bytes > there / ahead)", "if (false)"),
    ("a read that failed is a bad image", "decode", LOADER, "item.read_failed = error.kind() == ErrorKind::run_time;", ""),
    ("a failed read is the file's fault", "decode", "engine/files/files_read.cpp",
     "return run_time_error(\"{}: cannot be read: {}\", path.string(), std::strerror(error));",
     "return bad_input(\"{}: cannot be read: {}\", path.string(), std::strerror(error));"),

    ("SIGBUS removes nothing", "files", SIGNALS, "  run_cleanups();\n  _exit(1);", "  _exit(1);"),
    ("a signal removes nothing", "files", SIGNALS, "  run_cleanups();\n  std::signal", "  std::signal"),
    ("no memory where nothing is thrown", "files", SIGNALS, "catch (const std::bad_alloc&)", "catch (const std::bad_cast&)"),
    ("a changed file goes unnoticed", "files", "engine/files/files_read.cpp", "!same_content(file.status, now)", "false"),
    ("a failed line stays in part", "files", "engine/files/append_file.cpp", "ftruncate(file.get(), status.st_size)", "0"),
    ("a failed line leaves its file", "files", "engine/files/append_file.cpp", "ignored = unlink(target_.path.c_str())", "ignored = 0"),
    ("an empty file of another is removed", "files", "engine/files/append_file.cpp", "!target_.found && status.st_size == 0", "status.st_size == 0"),
    ("files appear without their bytes on disk", "fxe faults", "engine/files/temporary_file.cpp", "  if (fsync(file_.get()) != 0) return errno;\n", ""),

    ("record goes on after a read that failed", "fxe faults", RECORD, "if (item.read_failed)", "if (false)"),
    ("record takes weights that changed", "tools", "tools/commands/record.cpp", "  expect_files_unchanged();", "  //"),
    ("convert takes weights that changed", "tools", "tools/commands/convert.cpp", "  expect_files_unchanged();", "  //"),
    ("fingerprints leave external data out", "tools", "tools/commands/record.cpp", "fingerprint(ensemble.file, weight_files_of)",
     "fingerprint(ensemble.file, [](const auto& p) { return weight_files_of(p).size() ? std::vector{p} : std::vector{p}; })"),
    ("external data are no weight files", "converter", "weights_converter/source_files.cpp", "is_onnx(first->bytes())", "false"),
    ("eval without an answer is done", "tools", "tools/commands/eval.cpp", "if (none) throw", "if (false) throw"),
    ("noise is what the file says", "tools", "metareasoner/replay/compare_predictions.cpp",
     "if (noise <= largest_noise(store.header(), trace.image(i)))", "if (noise <= INFINITY)"),

    ("operands of TF32 are rounded", "compare", "layers/reference/layer_reference.cpp", "return {2 * u16, u32, u32, flushed, true};",
     "return {u16, u32, u32, flushed, true};"),
    ("operands of TF32 err in all directions", "compare", "layers/reference/layer_reference.cpp", "return {2 * u16, u32, u32, flushed, true};",
     "return {2 * u16, u32, u32, flushed, false};"),
    ("equal values err apart", "compare", "layers/reference/random_rounding.cpp", "key_ ^ std::bit_cast<uint64_t>(exact[i])", "key_ ^ i"),
    ("layers are compared before values are stored", "compare", "layers/compare_layers.cpp",
     "      values = as_stored(std::move(values), backend->precision());\n", ""),
    ("sums of many branches grow", "networks", "networks/random_weights.cpp", "1 / std::sqrt(static_cast<float>(sums))", "1"),
    ("Caffe's sum is a mean", "converter", "weights_converter/caffe/pooling.cpp", "p.operation() == kSum ? static_cast<double>(shape[2] * shape[3]) : 1", "1"),
    ("Caffe's coefficient", "converter", "weights_converter/caffe/pooling.cpp", "count * static_cast<double>(p.coeff())", "count"),
    ("ReduceSum's axes are an attribute for ever", "converter", "weights_converter/onnx/pooling.cpp", "kind == Reduction::sum ? 13 : 18", "18"),
]


class Checked(mutations.Lane):
    def command(self, program):
        if self.program != "fxe":
            return super().command(program)
        shutil.copy(program, self.build / "fxe")
        return [a.format(build=self.build) for a in self.arguments]


def main() -> int:
    fxe = pathlib.Path(sys.argv[1]).resolve() / "fxe"
    right = fxe.read_bytes()
    try:
        return mutations.main(LANES, MUTATIONS, Checked)
    finally:
        fxe.write_bytes(right)


if __name__ == "__main__":
    sys.exit(main())

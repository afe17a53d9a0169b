#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants one bug after another in copies of the CUDA engine's host code and shows that the simulated GPU catches it.

    cmake --preset release && cmake --build build --target test_simulated_device
    tests/simulated_device/host_mutations.py build [part of a lane or name]

Lane `exits`: every pattern of exits, in the default order. Lane `late`: everything runs as late as possible. Lane `ops`: every
operation. Lane `rows`: fully connected layers of many rows. Lane `unset`: conditions that no kernel sets. Takes some minutes; not part of
the test command.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kernels"))
import mutations  # noqa: E402

PROGRAM = "test_simulated_device"
LANES = {
    "exits": (PROGRAM, ["--gtest_filter=ExitPatterns.*Gpu*:ExitPatterns.Full*", "--gtest_fail_fast"], ""),
    "late": (PROGRAM, ["--gtest_filter=ExitPatterns.*Gpu*", "--gtest_fail_fast"], "", {"FXE_SIM_ORDER": "late"}),
    "rows": (PROGRAM, ["--gtest_filter=SimulatedCublasLt.*", "--gtest_fail_fast"], ""),
    "ops": (PROGRAM, ["--gtest_filter=*CudaGpu*/fp16", "--gtest_fail_fast"], ""),
    "unset": (PROGRAM, ["--gtest_filter=SimulatedCommands.ConditionsThatNobodySetsRunNothing"], ""),
}

DEVICE, HOST = "metareasoner/cuda/device_control.cpp", "metareasoner/cuda/host_control.cpp"
BATCH, GRAPH = "metareasoner/cuda/cuda_batch.cpp", "metareasoner/cuda/graph_target.cpp"
QUEUE, MEMORY = "engine/cuda/cuda_queue.cpp", "engine/cuda/cuda_device.cpp"
CONV, STEP = "layers/cuda/cudnn_conv.cpp", "layers/cuda/conv_step.cpp"
MATMUL, LINEAR = "layers/cuda/cublaslt_plan.cpp", "layers/cuda/linear.cpp"

# name, lane, file, text (must occur once), replacement
MUTATIONS = [
    ("nothing", None, DEVICE, "using Clock", "using Clock"),

    ("a batch starts before its images are up", "late", DEVICE, "      u.uploaded.hold(queue());\n", ""),
    ("the host does not wait for the end", "late", DEVICE, "    u.done.wait();\n", ""),
    ("images of the first side go up for both", "exits", DEVICE, "upload_inputs(upload_queue(), side)", "upload_inputs(upload_queue(), 0)"),
    ("the description of the first side for both", "exits", DEVICE, "upload_description(queue(), side,", "upload_description(queue(), 0,"),
    ("results come down to the first side", "exits", DEVICE, "batch_.download(queue(), side);", "batch_.download(queue(), 0);"),
    ("done before the results are down", "late", DEVICE,
     "    if (copies_apart()) batch_.download(queue(), side);\n    u.done.set(queue());",
     "    u.done.set(queue());\n    if (copies_apart()) batch_.download(queue(), side);"),
    ("an IF runs unless it is told not to", "unset", DEVICE, "to.make_condition(0)", "to.make_condition(1)"),
    ("a SWITCH runs its first body unless it is told not to", "unset", DEVICE,
     "to.make_condition(static_cast<unsigned>(sizes.size()))", "to.make_condition(0)"),
    ("every body holds the smallest batch", "exits", DEVICE, "program, stage, sizes[i], next)", "program, stage, sizes[0], next)"),
    ("results stay on the device", "exits", DEVICE, "    if (!copies_apart()) batch_.download(to.queue(), 0);\n", ""),
    ("the description stays on the host", "exits", DEVICE, "            batch_.upload_description(to.queue(), 0, program.stages());\n", ""),
    ("images go up after the batch has started", "exits", DEVICE, "            batch_.upload_inputs(to.queue(), 0);\n          }\n          batch_.start(to.queue(), next.batch);",
     "          }\n          batch_.start(to.queue(), next.batch);\n          if (!copies_apart()) batch_.upload_inputs(upload_queue(), 0);"),
    ("the last stage sets what nobody reads", "exits", DEVICE, "i.stage + 1 < program.stages() && !straight_line_", "!straight_line_"),

    ("the host reads who is left before it is there", "late", HOST, "    batch_.download_live_count(queue());\n    queue_->wait();",
     "    batch_.download_live_count(queue());"),
    ("the host reads results before they are there", "late", HOST, "    queue_->wait();\n    run_.ms", "    run_.ms"),
    ("the host starts no batch", "exits", HOST, "    batch_.start(queue(), {});\n", ""),
    ("the host launches the smallest batch", "exits", HOST, "smallest_fit(batch_.sizes(), batch_.live_count())", "0"),
    ("the host thinks that nobody is left", "exits", HOST, "return batch_.live_count() > 0;", "return false;"),

    ("both sides' images in one place on the device", "exits", BATCH, "const size_t at = static_cast<size_t>(side) * bytes;", "const size_t at = 0 * static_cast<size_t>(side);"),
    ("both sides' images in one place on the host", "exits", BATCH, "static_cast<size_t>(side) * static_cast<size_t>(capacity_) + static_cast<size_t>(row)",
     "0 * static_cast<size_t>(side) + static_cast<size_t>(row)"),
    ("the second side reads the first one's images", "exits", BATCH, "side * capacity_};", "0};"),
    ("the graph is not told which side", "exits", BATCH, "options.sides > 1 ? &start_.as<const BatchStart>()->first_image : nullptr", "nullptr"),
    ("operands are not written", "exits", BATCH, "  std::copy(operands.begin(), operands.end(), stages);\n", ""),
    ("operands of a stage too few", "exits", BATCH, "static_cast<size_t>(stages) * sizeof(TailStage));", "static_cast<size_t>(stages - 1) * sizeof(TailStage));"),
    ("half an arena", "exits", BATCH, "arena_ = device.allocate(arena_bytes)", "arena_ = device.allocate(arena_bytes / 2)"),
    ("a copy the wrong way round", "exits", BATCH, "queue.copy(to.mean.as<void>(), state_.mean(),", "queue.copy(state_.mean(), to.mean.as<void>(),"),
    ("a copy past the end", "exits", BATCH, "queue.copy(to.results.as<void>(), state_.results(), state_.results_bytes());",
     "queue.copy(to.results.as<void>(), state_.results(), state_.results_bytes() + 1);"),
    ("rows past those in use are read", "exits", BATCH, ".count = state_.live_count(),", ".count = nullptr,"),
    ("counters are not cleared", "exits", MEMORY, "    FXE_CUDA(cudaMemset(data, 0, bytes));\n", ""),
    ("memory is cleared after it is used", "late", MEMORY, "    FXE_CUDA(cudaStreamSynchronize(cudaStreamLegacy));\n", ""),

    ("what follows a conditional node does not wait for it", "exits", GRAPH, "    FXE_CUDA(cudaCaptureContinueAfter(stream, &node));\n", ""),
    ("a conditional node waits for nothing", "exits", GRAPH, "cudaGraphAdd(&node, graph, before, edges, count, &parameters)",
     "cudaGraphAdd(&node, graph, before, edges, 0 * count, &parameters)"),
    ("a SWITCH is an IF", "exits", GRAPH, "parameters.conditional.type = type;", "parameters.conditional.type = cudaGraphCondTypeIf; (void)type;"),
    ("every body is written to the first", "exits", GRAPH, "begin_capture(graphs[i]);", "begin_capture(graphs[0]);"),

    ("a mark is not set", "late", QUEUE, "  FXE_CUDA(cudaEventRecord(event_, stream));\n", "  (void)stream;\n"),
    ("the host waits for no stream", "late", QUEUE, "    FXE_CUDA(cudaStreamSynchronize(stream()));", "    (void)stream();"),

    ("padding from below", "ops", CONV, "PRE_PADDINGS, {conv.pad.top,", "PRE_PADDINGS, {conv.pad.bottom,"),
    ("strides exchanged", "ops", CONV, "{conv.stride.h, conv.stride.w}", "{conv.stride.w, conv.stride.h}"),
    ("dilations exchanged", "ops", CONV, "{conv.dilation.h, conv.dilation.w}", "{conv.dilation.w, conv.dilation.h}"),
    ("no ReLU in cuDNN", "ops", STEP, "step.add(backend.planner().plan(fused), tensors);",
     "CudnnConv without = fused; without.relu = false; step.add(backend.planner().plan(without), tensors);"),
    ("the residual is the input", "ops", STEP, "tensors[CudnnConv::kResidual] = parts.residual;", "tensors[CudnnConv::kResidual] = parts.x;"),
    ("weights in another order", "ops", STEP, "{CudnnConv::kW, parts.krsc_weight(type)}", "{CudnnConv::kW, parts.rsck_weight(type)}"),

    ("weights are not transposed", "rows", MATMUL, "CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T", "CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_N"),
    ("rows that are too far apart", "rows", MATMUL, "static_cast<uint64_t>(rows), columns)", "static_cast<uint64_t>(rows), columns + 8)"),
    ("no ReLU in cuBLASLt", "rows", MATMUL, "return m.bias ? CUBLASLT_EPILOGUE_RELU_BIAS", "return m.bias ? CUBLASLT_EPILOGUE_BIAS"),
    ("a bias that nobody points to", "rows", MATMUL, "&at.bias,", "&at.workspace,"),
    ("tensor cores in fp32", "rows", MATMUL, "(precision == Precision::fp32 ? CUBLASLT", "(precision == Precision::tf32 ? CUBLASLT"),
    ("sums in fp16", "rows", MATMUL, "return CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_16F |", "return 0 |"),
    ("parts of sums are rounded", "rows", MATMUL, "CUBLASLT_REDUCTION_SCHEME_NONE | CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;", "CUBLASLT_REDUCTION_SCHEME_MASK;"),
    ("a choice is taken unseen", "rows", MATMUL, " || !numerics_suit(algorithm, options.precision))", ")"),
    ("no workspace for parts", "rows", LINEAR, "plan ? plan->workspace_bytes() : 0", "plan ? 0 : 0"),
    ("logits are rounded to the storage type", "rows", LINEAR, "is_large_end ? DType::f32 : backend.dtype()", "(void(is_large_end), backend.dtype())"),
    ("the slower library", "rows", LINEAR, "*cudnn_ms < *ms", "*cudnn_ms > *ms"),
    ("the other function after the product", "rows", LINEAR, "if (parts.act && !product.relu) step", "if (product.relu) step"),
]

if __name__ == "__main__":
    sys.exit(mutations.main(LANES, MUTATIONS))

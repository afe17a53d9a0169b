#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch on the same networks, batches and precisions as tools/gpu_check's bench: eager, CUDA graph, torch.compile.

    perf/torch_peer.py --json F [--seconds 100]

Random weights and inputs, channels last, cudnn.benchmark on. Times are of the network alone, by CUDA events, least and
median of the repeats. Combinations that no longer fit into the time are listed as left out.
"""
import argparse
import contextlib
import json
import statistics
import sys
import time

NETWORKS = ("alexnet", "resnet50")
PRECISIONS = ("fp32", "tf32", "fp16")
BATCHES = (1, 8, 64, 256)
WAYS = ("eager", "graph", "compile")


def time_calls(torch, call, repeats=20):
    for _ in range(3):
        call()
    times = []
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        call()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return {"least_ms": min(times), "median_ms": statistics.median(times)}


def captured(torch, model, x):
    """The model on x as one CUDA graph; warmed up on a stream of its own first, as PyTorch's manual says."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            model(x)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        model(x)
    return graph.replay


def prepared(torch, torchvision, network, precision, batch, way):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    dtype = torch.float16 if precision == "fp16" else torch.float32
    model = getattr(torchvision.models, network)(weights=None).eval().cuda().to(dtype, memory_format=torch.channels_last)
    x = torch.randn(batch, 3, 224, 224, device="cuda", dtype=dtype).contiguous(memory_format=torch.channels_last)
    if way == "graph":
        return captured(torch, model, x)
    if way == "compile":
        model = torch.compile(model, mode="max-autotune")
    return lambda: model(x)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", required=True)
    parser.add_argument("--seconds", type=float, default=100)
    options = parser.parse_args()
    try:
        import torch
        import torchvision
    except ImportError as error:
        print(f"torch_peer: {error}: install PyTorch and torchvision to compare with them", file=sys.stderr)
        return 1
    if not torch.cuda.is_available():
        print("torch_peer: PyTorch sees no GPU here", file=sys.stderr)
        return 1
    torch.backends.cudnn.benchmark = True
    begin = time.monotonic()
    rows, left_out = [], []
    # torch.compile tunes for long: last, so that it cannot take the others' time.
    for way in WAYS:
        for network in NETWORKS:
            for precision in PRECISIONS:
                for batch in BATCHES:
                    row = {"network": network, "precision": precision, "batch": batch, "way": way}
                    if time.monotonic() - begin > options.seconds:
                        left_out.append(row)
                        continue
                    with torch.inference_mode() if way != "compile" else contextlib.nullcontext(), torch.no_grad():
                        try:
                            rows.append({**row, **time_calls(torch, prepared(torch, torchvision, network, precision, batch, way))})
                        except RuntimeError as error:
                            rows.append({**row, "error": str(error).splitlines()[0]})
                    torch.cuda.empty_cache()
    with open(options.json, "w") as file:
        json.dump({"schema": "fxe.torch_peer/1", "device": torch.cuda.get_device_name(0), "torch": torch.__version__,
                   "cudnn": torch.backends.cudnn.version(), "rows": rows, "left_out": left_out}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())

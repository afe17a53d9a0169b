#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch on the same networks and batches as tools/gpu_check's bench: eager, CUDA graph, torch.compile.

    perf/torch_peer.py --json F [--networks resnet50,alexnet] [--batches 1,256] [--device cuda|cpu] [--repeats N] [--seconds S]

A time is for one batch: 8-bit pixels from pinned memory to the device, scaled there, the network in fp16, channels last, with timed
cuDNN plans, logits to the host. What does not fit into --seconds is listed as left out.
"""
import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from gpu import torch_timing as timing  # noqa: E402


def ways(torch, device):
    """Name -> a maker of functions from pixels to logits, or why there is none."""
    def captured(network, pixels):
        graph = timing.Captured(torch, lambda: (network(pixels),), device)
        return lambda: graph.run()[0]

    def compiled(network, pixels):
        fast = torch.compile(network, **({"mode": "max-autotune"} if device == "cuda" else {"backend": "eager"}))
        return lambda: fast(pixels)
    return {"eager": lambda network, pixels: lambda: network(pixels), "graph": captured,
            "compile": compiled if hasattr(torch, "compile") else f"PyTorch {torch.__version__} has no torch.compile"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    timing.add_options(parser)
    parser.add_argument("--batches", default="1,256,8,64")
    parser.add_argument("--seconds", type=float, default=95)
    options = parser.parse_args()
    begin = time.monotonic()
    torch, torchvision = timing.import_torch(options.device)
    report = timing.Report(torch, "fxe.torch_peer/2", options)
    made = ways(torch, options.device)
    # Compiled forms are tuned for long, so they come last and cannot take the others' time.
    for names in (("eager", "graph"), ("compile",)):
        for batch in map(int, options.batches.split(",")):
            for network in options.networks.split(","):
                for way in names:
                    row = {"network": network, "batch": batch, "way": way}
                    make = made[way]
                    if isinstance(make, str) or time.monotonic() - begin > options.seconds:
                        report.add(row, left_out=make if isinstance(make, str) else "no time was left")
                        continue

                    def figures():
                        source = timing.Input(torch, batch, options.device)
                        run = make(timing.make_network(torch, torchvision, network, options.device), source.pixels)

                        def whole():
                            source.upload()
                            return run().cpu()
                        return timing.milliseconds(whole, options.repeats)
                    report.measure(row, figures)
                    if options.device == "cuda":
                        torch.cuda.empty_cache()
    return 0


if __name__ == "__main__":
    sys.exit(main())

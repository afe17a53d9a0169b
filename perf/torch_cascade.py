#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The early-exit ensemble in PyTorch at batch 1, stopped after each member, as fxe runs it: the mean of the logits so far, its
softmax, the margin of the two best classes, and the next member only if the margin does not pass a threshold.

    perf/torch_cascade.py --json F [--networks resnet50,alexnet] [--members 4] [--device cuda|cpu] [--repeats N]

    cond     one CUDA graph of all members, nested with torch.cond: the device decides (PyTorch 2.12 and later)
    graphs   a CUDA graph for each member and its decision, which the host reads: it launches the next
    loop     eager; the host reads each decision

A time is for one image, from 8-bit pixels in pinned memory to the mean of the logits on the host. Before a way is timed, its means
are compared with the loop's.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from gpu import torch_timing as timing  # noqa: E402


class Cascade:
    def __init__(self, torch, networks, pixels):
        self.torch, self.networks, self.pixels = torch, networks, pixels
        self.thresholds = torch.zeros(len(networks), device=pixels.device)

    def stop_after(self, k):
        """No margin passes 2, every margin passes -1."""
        self.thresholds.fill_(2)
        self.thresholds[k - 1:] = -1

    def first(self, pixels):
        return self.networks[0](pixels).float()

    def next(self, k, pixels, mean):
        return mean + (self.networks[k](pixels).float() - mean) / (k + 1)

    def goes_on(self, k, mean):
        """Whether member k + 1 runs, from the mean of k members."""
        best = self.torch.softmax(mean, -1).topk(2).values[0]
        return best[0] - best[1] <= self.thresholds[k - 1]


class Loop(Cascade):
    def run(self):
        mean = self.first(self.pixels)
        for k in range(1, len(self.networks)):
            if not self.goes_on(k, mean).item():
                break
            mean = self.next(k, self.pixels, mean)
        return mean


class Cond(Cascade):
    def nested(self):
        mean = self.first(self.pixels)
        return self.after(1, self.pixels, mean)

    def after(self, k, pixels, mean):
        if k == len(self.networks):
            return mean
        return self.torch.ops.higher_order.cond(
            self.goes_on(k, mean), lambda p, m: (self.after(k + 1, p, self.next(k, p, m)),), lambda p, m: (m.clone(),),
            (pixels, mean))[0]

    def prepare(self):
        if not self.pixels.is_cuda:
            self.run = self.nested
            return
        from torch._higher_order_ops import cudagraph_conditional_nodes as nodes
        for network in self.networks:
            network(self.pixels)  # cuDNN times its plans before the capture
        with nodes.ControlFlowOpWarmupDispatchMode():
            self.nested()
        self.torch.cuda.synchronize()
        graph = self.torch.cuda.CUDAGraph()
        with self.torch.cuda.graph(graph), nodes.CUDAGraphCaptureControlFlowOpDispatchMode():
            mean = self.nested()
        self.run = lambda: (graph.replay(), mean)[1]


class Graphs(Cascade):
    def prepare(self):
        """Each graph reads the mean where the previous one left it."""
        self.stages, mean = [], None
        for k in range(1, len(self.networks) + 1):
            def stage(k=k, before=mean):
                after = self.first(self.pixels) if k == 1 else self.next(k - 1, self.pixels, before)
                return after, self.goes_on(k, after)
            self.stages.append(timing.Captured(self.torch, stage, self.pixels.device.type))
            mean = self.stages[-1].results[0]

    def run(self):
        for k, stage in enumerate(self.stages, 1):
            mean, goes_on = stage.run()
            if k == len(self.stages) or not goes_on.item():
                return mean


def ways(torch):
    """Name -> its class, or why it is not available."""
    try:
        from torch._higher_order_ops import cudagraph_conditional_nodes  # noqa: F401
        cond = Cond
    except ImportError:
        cond = f"PyTorch {torch.__version__} has no torch.cond in CUDA graphs"
    return {"loop": Loop, "graphs": Graphs, "cond": cond}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    timing.add_options(parser)
    parser.add_argument("--members", type=int, default=4)
    options = parser.parse_args()
    torch, torchvision = timing.import_torch(options.device)
    report = timing.Report(torch, "fxe.torch_cascade/1", options)
    for network in options.networks.split(","):
        source = timing.Input(torch, 1, options.device)
        members = [timing.make_network(torch, torchvision, network, options.device) for _ in range(options.members)]
        loop = Loop(torch, members, source.pixels)
        for way, kind in ways(torch).items():
            cascade = None
            for k in range(1, options.members + 1):
                row = {"network": network, "way": way, "stop_after": k}
                if isinstance(kind, str):
                    report.add(row, left_out=kind)
                    continue

                def figures():
                    nonlocal cascade
                    if cascade is None:
                        cascade = kind(torch, members, source.pixels)
                        if hasattr(cascade, "prepare"):
                            cascade.prepare()
                    loop.stop_after(k)
                    cascade.stop_after(k)

                    def whole():
                        source.upload()
                        return cascade.run().cpu()
                    if not torch.allclose(whole(), loop.run().cpu(), rtol=0.01, atol=0.01):
                        raise ValueError("its mean is not the loop's")
                    return timing.milliseconds(whole, options.repeats)
                report.measure(row, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Shared by the PyTorch peers: networks that take pixels as fxe does, CUDA graphs, timing."""
import json
import os
import statistics
import sys
import time

SKIPPED = 77  # tools/gpu_check reads this exit code, with the last line as the reason, as "not available"


def import_torch(device):
    try:
        import torch
        import torchvision
    except ImportError as error:
        print(f"{os.path.basename(sys.argv[0])}: {error}: install PyTorch and torchvision to compare with them")
        sys.exit(SKIPPED)
    if device == "cuda" and not torch.cuda.is_available():
        sys.exit(f"{os.path.basename(sys.argv[0])}: PyTorch sees no GPU here")
    torch.backends.cudnn.benchmark = True  # timed plans
    torch.set_grad_enabled(False)
    torch.manual_seed(1)
    return torch, torchvision


def add_options(parser):
    parser.add_argument("--json", required=True, metavar="F")
    parser.add_argument("--networks", default="resnet50,alexnet", help="torchvision's names")
    parser.add_argument("--device", default="cuda", help="cpu: whether this program runs; fp32, and no CUDA graphs")
    parser.add_argument("--repeats", type=int, default=50)


def make_network(torch, torchvision, name, device):
    """A network with random weights that takes 8-bit pixels [n c h w]: fp16 and channels last on a GPU."""
    dtype = torch.float16 if device == "cuda" else torch.float32

    class FromPixels(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = getattr(torchvision.models, name)(weights=None)
            for key, weight in self.network.named_parameters():
                if key.endswith("bn3.weight"):  # otherwise random ResNets overflow fp16
                    weight.mul_(0.25)

        def forward(self, pixels):
            return self.network(pixels.to(dtype).mul(1 / 64).sub(2).contiguous(memory_format=torch.channels_last))

    return FromPixels().eval().to(device).to(dtype, memory_format=torch.channels_last)


class Input:
    """Pixels in pinned memory, and the device memory they are copied to."""

    def __init__(self, torch, batch, device):
        self.host = torch.randint(0, 256, (batch, 3, 224, 224), dtype=torch.uint8)
        if device == "cuda":
            self.host = self.host.pin_memory()
        self.pixels = self.host.to(device)

    def upload(self):
        self.pixels.copy_(self.host, non_blocking=True)


class Captured:
    """call() as a CUDA graph. run() leaves the results in the same tensors, which live as long as this object. On a CPU, call() runs."""

    def __init__(self, torch, call, device):
        self.call, self.graph = call, None
        if device == "cpu":
            self.results = call()
            return
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                call()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.results = call()

    def run(self):
        if self.graph:
            self.graph.replay()
        else:
            for kept, new in zip(self.results, self.call()):
                kept.copy_(new)
        return self.results


def milliseconds(call, repeats):
    """The time of a call, until its result is on the host."""
    for _ in range(min(repeats, 5)):
        call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return {"latency_ms": statistics.median(times), "least_ms": min(times)}


class Report:
    """Rewritten after each row, so a run that is cut short has reported what it found."""

    def __init__(self, torch, schema, options):
        cuda = options.device == "cuda"
        self.file = options.json
        self.json = {"schema": schema, "device": torch.cuda.get_device_name(0) if cuda else "cpu", "torch": torch.__version__,
                     "cudnn": torch.backends.cudnn.version() if cuda else None, "rows": [], "left_out": []}

    def add(self, row, left_out=""):
        self.json["left_out" if left_out else "rows"].append({**row, "why": left_out} if left_out else row)
        with open(self.file + ".tmp", "w") as file:
            json.dump(self.json, file, indent=1)
        os.replace(file.name, self.file)

    def measure(self, row, call):
        """`call` returns the row's figures; an exception is recorded as one."""
        try:
            self.add({**row, **call()})
        except Exception as error:  # whatever PyTorch raises, the next row may work
            self.add({**row, "error": f"{type(error).__name__}: {error}".splitlines()[0]})

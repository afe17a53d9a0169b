# SPDX-License-Identifier: Apache-2.0
"""What tools/gpu_check runs: two calls of a few minutes, the most important steps first."""
import dataclasses
import sys

PRECISIONS = ("fp32", "tf32", "fp16", "bf16")
SANITIZER_TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")
PYTHON = sys.executable
DEMO = "demo/ensemble.json"


@dataclasses.dataclass(frozen=True)
class Command:
    """Words may hold {build}, {work} and {output}, the folders of programs, of this run's files and of its results, and {json},
    a file whose content becomes the command's result."""
    name: str  # in its step
    words: tuple
    makes: str = ""  # a file in {work}; if it exists, nothing runs
    env: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    what: str
    limit_s: float
    commands: tuple
    each_s: float = 1e9  # per command, so that one that hangs leaves time for the others
    side_by_side: bool = False  # on all cores


@dataclasses.dataclass(frozen=True)
class Size:
    """How large networks and runs are."""
    networks: tuple = ("resnet50", "alexnet")  # names that fxe and PyTorch share
    torch_networks: tuple = networks
    checked: tuple = ("resnet50", "alexnet", "resnet18", "mobilenet_v2", "squeezenet1_1")
    batches: tuple = (1, 256, 8, 64)
    timed_plans: tuple = (False, True)
    members: int = 4  # of ensembles of equal networks
    ensemble: str = DEMO  # stopped at every depth, and profiled
    ensemble_batches: tuple = (1, 64)
    demo_batch: int = 16
    images: int = 2000
    profiled: int = 256
    bench: tuple = ("--duration", "1", "--warmUp", "100")
    launches: int = 1000
    torch: tuple = ("--device", "cuda")
    exit_patterns: str = "ExitPatterns.*"
    gpu_operations: str = "*CudaGpu*"
    sanitizer_tools: tuple = SANITIZER_TOOLS
    preprocess: tuple = ("--preprocess", "torchvision-224")


# Small enough to run every command on any machine; its times mean nothing.
REHEARSAL = Size(networks=("cifar_resnet8", "cifar_resnet14"), torch_networks=("squeezenet1_1", "squeezenet1_0"),
                 checked=("cifar_resnet8",), batches=(1, 2), timed_plans=(False,), members=2, ensemble="{work}/cifar_resnet8.json",
                 ensemble_batches=(1, 2), demo_batch=2, images=4, profiled=4,
                 bench=("--duration", "0", "--warmUp", "0", "--iterations", "1"), launches=1,
                 torch=("--device", "cpu", "--repeats", "1"), exit_patterns="ExitPatterns.Full*", gpu_operations="*CudaGpu*fp16",
                 sanitizer_tools=("memcheck",), preprocess=())


class Steps:
    def __init__(self, size=Size()):
        self.size = size

    def smoke(self):
        """Does it work? At most 150 s."""
        return self.doctor(), self.nodes(), self.exits(), self.layers(), self.demo(), self.control()

    def rest(self):
        """How fast is it? At most 420 s. Profiling comes last, because a profiler may disturb the driver for later steps."""
        return (self.networks(), self.torch(), self.cascade(), self.depths(), self.precisions(), self.sanitizer(), self.check(),
                self.profile())

    def doctor(self):
        return Step("doctor", "what the machine has", 10, (Command("nvidia-smi", ("nvidia-smi",)), self.fxe("fxe", "doctor")))

    def nodes(self):
        return Step("nodes", "what a decision costs, and the gap from kernel to kernel inside a body", 20, (
            Command("conditional_nodes", ("{build}/perf/conditional_nodes", "{json}", str(self.size.launches))),))

    def exits(self):
        return Step("exits", "every pattern of exits under every kind of control", 25, (
            self.tests("exit patterns", "test_metareasoner", self.size.exit_patterns),))

    def layers(self):
        return Step("layers", "every operation in every precision", 25, (
            self.tests("operations", "test_layers", self.size.gpu_operations),))

    def demo(self):
        batch = str(self.size.demo_batch)
        ways = {"batch 1": ("--batch", "1"), "batches, 2 in flight": ("--batch", batch, "--in-flight", "2")}
        files = {way: f"{{work}}/cuda-{i}.csv" for i, way in enumerate(ways)}
        return Step("demo", "the demo's predictions beside the CPU's", 25, (
            self.images(),
            self.eval("cpu", "{work}/cpu.csv", "--batch", batch, device="cpu"),
            *(self.eval(way, files[way], *words) for way, words in ways.items()),
            *(self.agreement(f"{way} against the CPU", "cpu.csv", files[way], "--exact") for way in ways)))

    def control(self):
        network = self.size.networks[0]
        return Step("control", f"{network} fp16 at batch 1: who decides", 35, tuple(
            self.bench(control, network, "--precision", "fp16", "--control", control, "--only-policy")
            for control in ("none", "device", "host")), each_s=15)

    def networks(self):
        def bench(batch, network, timed):
            words = ("--precision", "fp16", "--batch", str(batch), "--control", "none", "--only-policy")
            if not timed:
                return self.bench(f"{network} batch {batch}", network, *words)
            # Timed plans get their own folder, so that other steps do not use them. It is kept: which plan is fastest is a result.
            return self.bench(f"{network} batch {batch}, timed plans", network, *words, "--autotune", env={"FXE_CACHE": "{output}/plans"})
        return Step("bench", "networks in fp16, with cuDNN's heuristics and with timed plans", 90, tuple(
            bench(batch, network, timed) for batch in self.size.batches for network in self.size.networks
            for timed in self.size.timed_plans), each_s=20)

    def torch(self):
        return Step("torch", "the same in PyTorch: eager, CUDA graph, torch.compile", 100, (
            self.peer("networks", "torch_peer", "--batches", ",".join(map(str, self.size.batches))),))

    def cascade(self):
        size = self.size
        return Step("cascade", f"{size.members} equal members in fp16, batch 1, stopped after each: fxe, and PyTorch", 75, (
            *(command for network in size.networks for command in self.ensemble(network)),
            *(self.bench(f"{network} {control}", f"{{work}}/{network}.json", "--precision", "fp16", "--control", control)
              for network in size.networks for control in ("device", "host")),
            self.peer("PyTorch", "torch_cascade", "--members", str(size.members))), each_s=40)

    def depths(self):
        size = self.size
        schedules = (("device", "fused"), ("device", "separate"), ("host", "fused"), ("none", "fused"))
        return Step("ensemble", "an ensemble stopped after each member, and where images let it", 40, (
            *self.subject(),
            *(self.bench(f"batch {batch}, {control}, {tail}", size.ensemble, "--images", "{work}/images", "--batch", str(batch),
                         "--control", control, "--tail", tail)
              for batch in size.ensemble_batches for control, tail in schedules)), each_s=15)

    def precisions(self):
        full = ("--policy", "full", "--batch", str(max(self.size.ensemble_batches)))
        return Step("precisions", "the full ensemble's predictions in every precision beside the CPU's", 15, (
            self.images(),
            self.eval("cpu", "{work}/full-cpu.csv", *full, device="cpu"),
            *(self.eval(p, f"{{work}}/full-{p}.csv", *full, "--control", "none", "--precision", p) for p in PRECISIONS),
            *(self.agreement(f"{p} against the CPU", "full-cpu.csv", f"{{work}}/full-{p}.csv") for p in PRECISIONS)))

    def sanitizer(self):
        tests = (self.tests("operations", "test_layers", "*CudaGpu*fp16"),
                 self.tests("exit patterns", "test_metareasoner", "ExitPatterns.Full*"))
        return Step("sanitizer", "compute-sanitizer on our kernels: operations, tails, a conditional graph", 45, tuple(
            Command(f"{tool}: {test.name}", ("compute-sanitizer", "--tool", tool, "--kernel-regex", "kns=fxe", "--error-exitcode", "9",
                                             *test.words))
            for tool in self.size.sanitizer_tools for test in tests), each_s=15)

    def check(self):
        return Step("check", "networks layer by layer against double precision", 30, tuple(
            self.fxe(f"{network} {precision}", "check", network, "--precision", precision)
            for network in self.size.checked for precision in PRECISIONS), side_by_side=True)

    def profile(self):
        size, network = self.size, self.size.networks[-1]
        limit = ("--limit", str(size.profiled))
        return Step("profile", "what exits save, by kernel", 25, (
            *self.subject(), *self.ensemble(network),
            self.fxe("batches", "profile", size.ensemble, "{work}/images", "--batch", str(max(size.ensemble_batches)), *limit),
            *(self.fxe(f"{tail} tail", "profile", f"{{work}}/{network}.json", "{work}/images", "--precision", "fp16", "--tail", tail,
                       *limit) for tail in ("fused", "separate")),
            self.tests("kernels of the layers", "test_metareasoner", "GpuProfile.*")))

    def fxe(self, name, command, *words, device="cuda", **more):
        return Command(name, ("{build}/fxe", command, *words, "--device", device, "--quiet", "--json", "{json}"), **more)

    def bench(self, name, subject, *words, **more):
        return self.fxe(name, "bench", subject, *words, *self.size.bench, **more)

    def eval(self, name, predictions, *words, **more):
        return self.fxe(name, "eval", DEMO, "{work}/images", *words, "--predictions", predictions, **more)

    def agreement(self, name, expected, found, *words):
        return Command(name, (PYTHON, "perf/gpu/agreement.py", f"{{work}}/{expected}", found, *words, "--json", "{json}"))

    def peer(self, name, program, *words):
        return Command(name, (PYTHON, f"perf/{program}.py", "--json", "{json}", "--networks", ",".join(self.size.torch_networks), *words,
                              *self.size.torch))

    def tests(self, name, program, tests):
        return Command(name, (f"{{build}}/tests/{program}", f"--gtest_filter={tests}", "--gtest_brief=1"))

    def images(self):
        return Command("images", ("{build}/render_demo", "{work}/images", "--count", str(self.size.images), "--seed", "1"),
                       makes="images")

    def subject(self):
        """The commands that make size.ensemble and its images."""
        return (self.images(), *(() if self.size.ensemble == DEMO else self.ensemble(self.size.networks[0])))

    def ensemble(self, network):
        """The commands that make an ensemble of equal members with random weights at {work}/NETWORK.json."""
        weights, file = f"{network}.safetensors", f"{network}.json"
        return (Command(f"{network}: weights", ("{build}/perf/random_weights", network, "1", f"{{work}}/{weights}"), makes=weights),
                Command(f"{network}: ensemble", ("{build}/fxe", "init", *[f"{{work}}/{weights}"] * self.size.members,
                                                 *self.size.preprocess, "--quiet", "-o", f"{{work}}/{file}"), makes=file))

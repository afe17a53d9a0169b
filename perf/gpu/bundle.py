# SPDX-License-Identifier: Apache-2.0
"""Packs what a machine with a GPU needs from this one into one file."""
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_BYTES = 60 << 20
PROGRAMS = ("fxe", "render_demo", "perf/conditional_nodes", "perf/random_weights", "tests/test_layers", "tests/test_metareasoner")
FILES = ("tools/gpu_check", "perf/gpu", "perf/torch_peer.py", "perf/torch_cascade.py", "LICENSE", "demo")
# Libraries of the system, the driver, CUDA and PyTorch.
LEFT_OUT = ("linux-vdso", "ld-linux", "libc.", "libm.", "libdl.", "libpthread.", "librt.", "libcuda.", "libcudnn",
            "libcublas", "libnvrtc", "libOpenCL")


def libraries_of(programs):
    """Shared libraries that the programs load, except those that any machine with a GPU has."""
    found = {}
    for program in programs:
        lines = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.splitlines()
        for words in map(str.split, lines):
            if len(words) >= 3 and words[1] == "=>" and words[2].startswith("/") and not words[0].startswith(LEFT_OUT):
                found[words[0]] = pathlib.Path(words[2])
    return found


def pack(programs, path):
    with tarfile.open(path, "w:gz", compresslevel=9) as tar, tempfile.TemporaryDirectory() as folder:
        def add(file, name):
            tar.add(file, f"fxe-gpu-check/{name}", filter=lambda entry: None if "__pycache__" in entry.name else entry)
        for name in FILES:
            add(ROOT / name, name)
        for files, where in ((programs, "build"), (libraries_of(programs.values()), "build/lib")):
            for name, file in sorted(files.items()):
                stripped = pathlib.Path(folder) / "stripped"
                shutil.copy(file, stripped)
                subprocess.run(["strip", "--strip-unneeded", stripped], check=False, capture_output=True)
                add(stripped, f"{where}/{name}")


def make(build, path):
    programs = {name: build / name for name in PROGRAMS}
    missing = [name for name, file in programs.items() if not file.exists()]
    if missing:
        print(f"gpu_check: {build}/{missing[0]} is not there: run tools/build first"
              + (", where there is a CUDA toolkit" if "conditional_nodes" in missing[0] else ""), file=sys.stderr)
        return 1
    temporary = path.with_name(path.name + ".tmp")
    try:
        pack(programs, temporary)
        size = temporary.stat().st_size
        if size > MOST_BYTES:
            print(f"gpu_check: the bundle takes {size} bytes, more than {MOST_BYTES}: it is not written", file=sys.stderr)
            return 1
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{path}: {size / (1 << 20):.1f} MiB")
    return 0

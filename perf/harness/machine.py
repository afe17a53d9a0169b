# SPDX-License-Identifier: Apache-2.0
"""The context of a measurement: the machine, without its name, and the versions of what ran."""
import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VECTOR_UNITS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile",
                "amx_bf16", "amx_int8", "asimd", "sve", "sve2", "bf16", "i8mm")


def parse_cpu(text):
    """Model and vector units of /proc/cpuinfo."""
    lines = dict(re.findall(r"^([^\t:]+?)\s*: (.*)$", text, re.M))
    flags = lines.get("flags", lines.get("Features", "")).split()
    return {"cpu": lines.get("model name", platform.machine()), "vector_units": [u for u in VECTOR_UNITS if u in flags]}


def machine():
    memory = re.search(r"MemTotal:\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text())
    return {**parse_cpu(pathlib.Path("/proc/cpuinfo").read_text()), "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(int(memory.group(1)) / 2**20, 1)}


def git(*words):
    done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def versions(program, packages):
    """fxe's commit and whether files differ from it; the installed version of every package."""
    commit, changed = git("rev-parse", "HEAD"), git("status", "--porcelain", "--untracked-files=no")
    doctor = subprocess.run([program, "doctor"], capture_output=True, text=True).stdout
    onednn = re.search(r"oneDNN (\S+)", doctor)
    found = {"fxe": commit, "fxe_changed": bool(changed), "fxe_onednn": onednn and onednn.group(1),
             "python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found

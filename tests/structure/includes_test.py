#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Include directions: an #include may only point down the arrows, and vendor headers stay in backend files.

tools -> runtime -> {metareasoner, networks, weights_converter} -> layers -> kernels -> engine

In tools, commands -> reports.

runtime/, which programs other than the fxe command use, knows no option parser and writes to no terminal.

usage: includes_test.py SOURCE_DIR [--self-test]
"""
import pathlib
import re
import sys
import tempfile

MAY_INCLUDE = {
    "engine": {"engine"},
    "kernels": {"engine", "kernels"},
    "layers": {"engine", "kernels", "layers"},
    "networks": {"engine", "kernels", "layers", "networks"},
    "weights_converter": {"engine", "kernels", "layers", "weights_converter"},
    "metareasoner": {"engine", "kernels", "layers", "metareasoner"},
    "runtime": {"engine", "kernels", "layers", "networks", "weights_converter", "metareasoner", "runtime"},
    "tools": {"engine", "kernels", "layers", "networks", "weights_converter", "metareasoner", "runtime", "tools"},
}
SOURCES = {".h", ".cpp", ".cu", ".cuh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
VENDOR = re.compile(r"^(oneapi/|dnnl|cuda|cudnn|cublas|cupti|nvtx|nvToolsExt|cooperative_groups|crt/|cub/|thrust/)")
TERMINAL = re.compile(r"\b(f?printf|f?puts|fputc|putchar|fwrite|fmt::(v\d+::)?print|std::(cout|cerr|clog)|stdout|stderr|STD(OUT|ERR)_FILENO|cxxopts)\b")
BACKEND_FILE = re.compile(r"(/cuda/|/cpu/|\.cu$|\.cuh$|_cuda\.(h|cpp)$)")


def violations(root: pathlib.Path):
    for folder, allowed in MAY_INCLUDE.items():
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SOURCES:
                continue
            relative = path.relative_to(root).as_posix()
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if folder == "runtime" and (writes := TERMINAL.search(line.split("//")[0])):
                    yield f"{relative}:{number}: runtime/ parses no options and writes to no terminal: {writes.group()}"
                match = INCLUDE.match(line)
                if not match:
                    continue
                quoted, target = match.group(1) == '"', match.group(2)
                top = target.split("/")[0]
                if top in MAY_INCLUDE and top not in allowed:
                    yield f"{relative}:{number}: {folder} must not include {target}"
                elif quoted and top not in MAY_INCLUDE and target not in ("onnx.pb.h", "caffe.pb.h"):
                    yield f'{relative}:{number}: write "{target}" from the root of the project'
                if relative.startswith("tools/reports/") and target.startswith("tools/commands/"):
                    yield f"{relative}:{number}: tools/reports must not include {target}"
                if VENDOR.match(target) and not BACKEND_FILE.search(relative):
                    yield f"{relative}:{number}: {target} belongs in a backend's file (cuda/, cpu/, *.cu, *_cuda.cpp)"


def self_test() -> None:
    planted = {
        "engine/a.h": '#include "layers/graph.h"\n',
        "networks/b.cpp": '#include "metareasoner/policy.h"\n',
        "metareasoner/c.h": "#include <cuda_runtime.h>\n",
        "layers/d.cpp": '#include "op.h"\n',
        "metareasoner/f.cpp": '#include "runtime/run_options.h"\n',
        "runtime/g.h": "#include <cxxopts.hpp>\n",
        "runtime/h.cpp": '#include "tools/commands/options.h"\n',
        "runtime/i.cpp": '  fmt::print(stderr, "a");\n',
        "runtime/j.cpp": '  std::cout << 1;\n',
        "runtime/k.cpp": '  std::fputs("a", to);\n',
        "runtime/l.cpp": '#include "metareasoner/policy.h"\n  snprintf(a, n, "b");  // not to stderr\n',  # allowed
        "tools/m.cpp": '#include "runtime/run_options.h"\n  fmt::print("a");\n',  # allowed
        "tools/reports/f.h": '#include "tools/commands/options.h"\n',
        "tools/commands/g.cpp": '#include "tools/reports/outputs.h"\n',  # allowed
        "layers/cpu/e.cpp": '#include <oneapi/dnnl/dnnl.h>\n#include "layers/op.h"\n',  # allowed
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in planted.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        found = [line.split(":")[0] for line in violations(root)]
    assert sorted(found) == ["engine/a.h", "layers/d.cpp", "metareasoner/c.h", "metareasoner/f.cpp", "networks/b.cpp",
                             "runtime/g.h", "runtime/h.cpp", "runtime/i.cpp", "runtime/j.cpp", "runtime/k.cpp",
                             "tools/reports/f.h"], found


def main() -> int:
    self_test()
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) if found else "include directions hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every C++ and CUDA file follows .clang-format, and no comment is wider than its column limit.

The tree is formatted with clang-format 14, Debian 12's. Other versions format some of it differently, so the test skips without
that one. tools/python_peers installs it from PyPI. Comments are wrapped by hand (ReflowComments: false), because
the formatter runs the rows of tables and lists together.

usage: format_test.py SOURCE_DIR
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from skips import report

MAJOR = 14
SOURCES = {".h", ".cpp", ".cu", ".cuh"}
COMMENT = re.compile(r"^\s*(//|/\*|\*)")


def formatter(root):
    """clang-format of the version wanted, or None."""
    for name in (f"clang-format-{MAJOR}", "clang-format", str(root / "build-peers/bin/clang-format")):
        found = shutil.which(name)
        if not found:
            continue
        said = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
        if re.search(rf"version {MAJOR}\.", said):
            return found
    return None


def sources(root):
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith((".", "build")):
            yield from (path for path in sorted(folder.rglob("*")) if path.suffix in SOURCES)


def misformatted(program, root, paths):
    """Those of `paths` that the formatter would change."""
    said = subprocess.run([program, "--dry-run", *paths], cwd=root, capture_output=True, text=True, check=True).stderr
    return sorted(set(re.findall(r"^(.+?):\d+:\d+: warning: code should be clang-formatted", said, re.MULTILINE)))


def wide_comments(root, paths):
    limit = int(re.search(r"^ColumnLimit: (\d+)", (root / ".clang-format").read_text(), re.MULTILINE).group(1))
    for path in paths:
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            if len(line) > limit and COMMENT.match(line):
                yield f"{path}:{number}: the comment is {len(line)} columns wide, expected at most {limit}: wrap it"


def self_test(program, root):
    planted = {
        "engine/packed.cpp": "int f(int a){return a;}\n",
        "tests/wide.h": "//" + " word" * 30 + "\n",
        "tests/rows.h": "// one\n// a row a line\nint f(int a) { return a; }\n",  # allowed
        "build-x/made.h": "int  f ( );\n",  # not ours
    }
    with tempfile.TemporaryDirectory() as folder:
        other = pathlib.Path(folder)
        shutil.copy(root / ".clang-format", other)
        for name, text in planted.items():
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            (other / name).write_text(text)
        paths = [path.relative_to(other).as_posix() for path in sources(other)]
        assert misformatted(program, other, paths) == ["engine/packed.cpp"]
        assert [line.split(":")[0] for line in wide_comments(other, paths)] == ["tests/wide.h"]


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    program = formatter(root)
    missing = None if program else f"no clang-format {MAJOR}: tools/install_dependencies --tests installs it"
    report("Format", {"sources": missing})
    if missing:
        print(f"skipped: {missing}")
        return 0
    self_test(program, root)
    paths = [path.relative_to(root).as_posix() for path in sources(root)]
    wide, wrong = list(wide_comments(root, paths)), misformatted(program, root, paths)
    for line in wide:
        print(line)
    if wrong:
        print(f"{len(wrong)} files are not formatted; this formats them:\n  {program} -i {' '.join(wrong)}")
    print(f"{len(paths)} files, {len(wrong)} not formatted, {len(wide)} comments too wide")
    return 1 if wide or wrong else 0


if __name__ == "__main__":
    sys.exit(main())

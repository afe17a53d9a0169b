#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A README.md with a list "In reading order:" names every file and folder beside it, and none that is gone; big folders of sources
have such a list; and links between Markdown files lead somewhere. A line of the list is "* `name`, `other_*`: what they are".
`tensor` stands for tensor.h and tensor.cpp; other files are named in full.

usage: readme_test.py SOURCE_DIR
"""
import fnmatch
import pathlib
import re
import sys

LIST = "In reading order:\n"
UNNAMED = {"README.md", "CMakeLists.txt", "__pycache__"}
SOURCES = (".h", ".cpp", ".cu", ".cuh")
TOPS = ("engine", "kernels", "layers", "metareasoner", "networks", "runtime", "tools", "weights_converter")
BIG = 10  # files


def name_of(path):
    return path.stem if path.suffix in SOURCES else path.name


def covers(listed, path):
    return fnmatch.fnmatch(path.name, listed) or fnmatch.fnmatch(name_of(path), listed)


def list_errors(readme):
    lines = readme.read_text().split(LIST)[1].lstrip().split("\n\n")[0].splitlines()
    listed = [name for line in lines for name in re.findall(r"`([^`]+)`", line.split(": ")[0])]
    found = [p for p in readme.parent.iterdir() if p.name not in UNNAMED and not p.name.startswith(".")]
    for name in sorted({name_of(p) for p in found if not any(covers(l, p) for l in listed)}):
        yield f"{readme}: `{name}` is not in the list: add a line, or its name to one"
    for name in listed:
        if not any(covers(name, p) for p in found):
            yield f"{readme}: `{name}` is in the list, but not in the folder: remove it"


def link_errors(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        file = target.split("#")[0]
        if file and ":" not in file and not (page.parent / file).exists():
            yield f"{page}: the link to {target} leads nowhere"


def main():
    root = pathlib.Path(sys.argv[1])
    pages = [p for p in root.rglob("*.md") if not p.relative_to(root).parts[0].startswith(("build", "."))]
    lists = [p for p in pages if p.name == "README.md" and LIST in p.read_text()]
    wrong = [line for errors, files in ((link_errors, pages), (list_errors, lists)) for f in files for line in errors(f)]
    sources = [p.parent for top in TOPS for p in (root / top).rglob("*") if p.suffix in SOURCES]
    for folder in sorted({f for f in sources if sources.count(f) >= BIG} - {p.parent for p in lists}):
        wrong.append(f"{folder}: has no README.md with a list of its files")
    print("\n".join(wrong) or f"{len(lists)} lists name every file, links of {len(pages)} pages lead to files")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

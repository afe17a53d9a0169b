#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peak memory of fxe eval, record and classify on a large and on a small folder: it must not grow with the folder.

usage: perf/memory.py [BUILD/fxe] [--images 1000 100000] [--limit 10] [--batch 64] [COMMAND...]

The folders hold links to one picture of 32 x 32 pixels, named like ILSVRC2012's validation images. The network is one of the
demo's, so that fxe itself needs little and the images' part shows: with larger networks the ratio is nearer 1.
xargs gives classify as many names as a command line may hold. Peaks are the kernel's (getrusage's maxrss).
Exits 1 if a peak grows by more than --limit percent.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEMBER = str(ROOT / "demo/m0.safetensors")
MODEL = ["--network", "cifar_resnet14", "--preprocess", '{"resize": {"side": "none"}, "crop": 32}', "--quiet", "--threads", "1"]
CLASSIFY_MOST = 20_000


def image_name(i):
    return f"ILSVRC2012_val_{i + 1:08}.ppm"


def make_folder(folder, images):
    folder.mkdir()
    (folder / ".picture").write_bytes(b"P6\n32 32\n255\n" + bytes(37 * i % 251 for i in range(3072)))
    with open(folder / "val.txt", "w") as labels:
        for i in range(images):
            os.symlink(".picture", folder / image_name(i))
            labels.write(f"{image_name(i)} {i % 10}\n")


def words(fxe, command, folder, images, batch, out):
    if command == "eval":
        return [fxe, command, MEMBER, str(folder), "--batch", str(batch), *MODEL]
    if command == "record":
        return [fxe, command, MEMBER, str(folder), "--batch", str(batch), "-o", str(out), *MODEL]
    names = folder / ".names"
    names.write_text("".join(f"{image_name(i)}\n" for i in range(min(images, CLASSIFY_MOST))))
    return ["xargs", "-a", str(names), "-n", str(CLASSIFY_MOST), "-s", "1500000", "-x", fxe, command, MEMBER, *MODEL]


# A process inherits the peak of its parent. This one stays below any fxe, as does xargs.
START = ("import os, sys; pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ); _, status, usage = os.wait4(pid, 0); "
         "print(usage.ru_maxrss); sys.exit(os.waitstatus_to_exitcode(status))")


def peak_mib(command, folder):
    started = subprocess.run([sys.executable, "-S", "-E", "-c", START, *command], cwd=folder, stdout=subprocess.PIPE, text=True)
    if started.returncode:
        sys.exit(f"perf/memory.py: {' '.join(command)} ended with {started.returncode}")
    return int(started.stdout.split()[-1]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fxe", nargs="?", default=str(ROOT / "build/fxe"))
    parser.add_argument("commands", nargs="*", metavar="COMMAND")
    parser.add_argument("--images", nargs=2, type=int, default=[1000, 100_000])
    parser.add_argument("--limit", type=float, default=10)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()
    failed = False
    print(f"{'command':<10}{'images':>9}{'MiB':>9}{'images':>9}{'MiB':>9}{'growth':>9}   bytes an image more")
    with tempfile.TemporaryDirectory() as temporary:
        folders = {n: pathlib.Path(temporary) / str(n) for n in options.images}
        for n, folder in folders.items():
            make_folder(folder, n)
        for command in options.commands or ["eval", "record", "classify"]:
            given = [min(n, CLASSIFY_MOST) if command == "classify" else n for n in options.images]
            peaks = [peak_mib(words(os.path.abspath(options.fxe), command, folder, n, options.batch, f"{folder}.store"), folder)
                     for n, folder in folders.items()]
            growth = 100 * (peaks[1] / peaks[0] - 1)
            more = (peaks[1] - peaks[0]) * 2**20 / max(given[1] - given[0], 1)
            print(f"{command:<10}{given[0]:>9}{peaks[0]:>9.1f}{given[1]:>9}{peaks[1]:>9.1f}{growth:>8.1f}%   {more:.0f}", flush=True)
            failed |= growth > options.limit
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

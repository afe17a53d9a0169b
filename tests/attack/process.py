# SPDX-License-Identifier: Apache-2.0
"""Runs fxe once and watches its end, time, memory and output."""
import dataclasses
import os
import pathlib
import re
import resource
import select
import shlex
import signal
import subprocess
import tempfile
import time

CPU_SECONDS = 60  # for any command here, on inputs of kilobytes; a run takes a few hundredths
WALL_SECONDS = 600  # on a machine busy with other work
ADDRESSES = 8 << 30

# Messages that tell a user nothing.
UNHELPFUL = re.compile(r"nexpected: |Success|std::|terminate called|json\.exception|Assertion|basic_string|vector::|bad_alloc|"
                       r"Unknown error")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclasses.dataclass
class Run:
    words: list
    code: int  # the exit code, or minus the signal
    out: str
    err: str
    seconds: float  # of processor time
    megabytes: float
    late: bool
    killed: bool  # by us
    started: bool  # set once the loader has found all libraries

    def problems(self, codes=(0, 1, 2, 3)):
        """(what, text) for each fault that the run itself shows."""
        found = []
        if self.late or self.code == -signal.SIGXCPU:
            found.append(("hangs", f"{self.seconds:.0f} s of the processor"))
        elif self.killed or not self.started:
            return []
        elif self.code < 0 or self.code > 128:
            found.append(("crashes", f"ended by {signal.Signals(abs(self.code) % 128).name}: {self.err[-300:]!r}"))
        elif self.code not in codes:
            found.append(("messages", f"exit code {self.code}: {self.err[-300:]!r}"))
        if not found and UNHELPFUL.search(self.err):
            found.append(("messages", self.err[-300:]))
        said = self.err if {"-", "/dev/stdout"} & set(self.words) else self.out + self.err
        if CONTROL.search(said):
            found.append(("messages", f"control characters: {self.out[-200:]!r} {self.err[-300:]!r}"))
        return found


def run(program, words, folder, *, environment=None, limits=None, kill_after=None, killable=False, meanwhile=None,
        streams=None) -> Run:
    """`limits`: {resource: value}; `killable`: the program may kill itself; `meanwhile` is called once while the program runs;
    `streams`: {0|1|2: descriptor, or None: closed}."""
    streams = streams or {}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = start(program, words, folder, environment, limits, streams, out, err)
        begin, killed = time.monotonic(), False
        watch = select.poll()
        descriptor = os.pidfd_open(process.pid)
        watch.register(descriptor, select.POLLIN)
        if meanwhile:
            meanwhile(process)
        if kill_after is not None and not watch.poll(kill_after * 1000):
            process.kill()
            killed = True
        late = not watch.poll(WALL_SECONDS * 1000)
        if late:
            process.kill()
        _, status, used = os.wait4(process.pid, 0)
        os.close(descriptor)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = err.read().decode(errors="replace")
        started = process.returncode != 127 and "while loading shared libraries" not in said
        return Run(words, process.returncode, out.read().decode(errors="replace"), said, used.ru_utime + used.ru_stime,
                   used.ru_maxrss / 1024, late, (killed or killable) and process.returncode == -signal.SIGKILL, started)


def start(program, words, folder, environment, limits, streams, out, err):
    limits = {resource.RLIMIT_CPU: CPU_SECONDS, resource.RLIMIT_AS: ADDRESSES, resource.RLIMIT_CORE: 0, **(limits or {})}

    def prepare():
        for what, value in limits.items():
            resource.setrlimit(what, (value, value))
        for number, descriptor in streams.items():
            if descriptor is None:
                os.close(number)

    def stream(number, usual):
        return usual if streams.get(number) is None else streams[number]

    environment = {**os.environ, "GOMP_SPINCOUNT": "1000", **(environment or {})}
    return subprocess.Popen([str(program), *words], cwd=folder, env=environment, stdin=stream(0, subprocess.DEVNULL),
                            stdout=stream(1, out), stderr=stream(2, err), preexec_fn=prepare)


def options_of(program, command):
    """{name: its value's name, or None for a switch}, as the command's own help lists them."""
    text = subprocess.run([str(program), "help", command], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^  (?:-\w, )?--([\w-]+)(?: ([^\s]+))?  ", text, re.MULTILINE)
    return {name: value or None for name, value in found}


def function_names(program, addresses):
    """Functions of the program, without template arguments."""
    text = subprocess.run(["addr2line", "-fCe", str(program), *addresses], capture_output=True, text=True, check=True).stdout
    names = text.splitlines()[::2]
    for _ in range(12):
        names = [re.sub(r"<[^<>]*>", "", n) for n in names]
    return [n.split("(")[0].split(" ")[-1] for n in names]


def repeat_script(program, words, environment) -> str:
    quoted = shlex.join([str(program), *words])
    variables = "".join(f"{k}='{v}' " for k, v in {"GOMP_SPINCOUNT": "1000", **environment}.items())
    return f"#!/bin/sh\ncd \"$(dirname \"$0\")/folder\" && exec env {variables}{quoted}\n"

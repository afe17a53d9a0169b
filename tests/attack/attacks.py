# SPDX-License-Identifier: Apache-2.0
"""The attacks. Each runs fxe once or a few times, and returns what was run and what was wrong."""
import errno
import json
import os
import pty
import resource
import signal
import time

import files
import process
from mutate import NUMBERS, WORDS, mutated
from place import ALL, FILES, IMAGES, SEEDS, WRITE, Finding, big_arrays, of_model

WRITERS = sorted(WRITE)
MAY_CHANGE = ("e.json", "t.csv")  # calibrate --write; a table that runs add to


class Round:
    def __init__(self, place, draw, attack):
        self.place, self.draw, self.attack = place, draw, attack
        self.runs, self.findings, self.before, self.environment = [], [], {}, {}

    def fresh(self, changed=None):
        self.before = self.place.fresh(changed)

    def run(self, line, *, codes=(0, 1, 2, 3), may_change=(), **how):
        self.environment = how.get("environment") or {}
        run = self.place.run(line, **how)
        self.runs.append(run)
        self.note(run, run.problems(codes))
        self.note(run, files.problems(self.before, files.content(self.place.folder), may_change, run.killed))
        return run

    def note(self, run, problems):
        self.findings += [Finding(self.attack, what, text, run, self.before, self.environment) for what, text in problems]


def damaged_files(round_):
    """A file with damaged structure, and a command that reads it."""
    draw, place = round_.draw, round_.place
    if draw.random() < 0.7:
        structure, name, commands = draw.choice(FILES)
        data = mutated(draw, structure, place.inputs[name])
    else:
        target = draw.choice(sorted(SEEDS | IMAGES))
        structure, suffix = (SEEDS | IMAGES)[target]
        data = mutated(draw, structure, draw.choice(place.seeds[target]))
        name = "images/0/000" + suffix if target in IMAGES else "model" + suffix
        commands = of_model(name)
        if target in IMAGES:
            commands = [f"classify e.json {name} images/1/001.ppm", "eval e.json images --batch 4"]
    line = draw.choice(commands)
    if "input" in place.options[line.split()[0]] and draw.random() < 0.1:
        line += " --input " + draw.choice(["8x8", "3,9,5", "1,28,28"])
    round_.fresh({name: data})
    round_.run(line, may_change=MAY_CHANGE, threads=draw.choice([1, 2]))


# By the name of the value in a command's help, otherwise by the option's; "EMPTY" is an empty word.
VALUES = {name: [v.replace("EMPTY", "") for v in line.split()] for name, line in {
    "FILE": "r.json e.json labels st images EMPTY /dev/null no/such out.csv classes.txt -",
    "FOLDER": "images images/0 . f no st", "STORE": "st compact half e.json out EMPTY",
    "POLICY": "full first:1 first:2 first:3 t:0.5 t:0.5,0.5 t:nan t:-1 t:1e308 stored stored:new t: first:-1",
    "N": "0 1 2 7 64 65 -1 1e3 99999999999999999999 x EMPTY", "M,...": "0 1,0 0,0 5 m0,m1 m1 , EMPTY",
    "W,...": "1,1 1 0,1 1e-46,1 1e30,1 nan,1 1,inf", "T,...": "1,1 2,0.1 -1,1 1e-40,1 nan,1",
    "COSTS": "1,2 1e308,1e308 0,0 -1,1 st.costs.json e.json", "MS,...": "1,2 1e308,1e308 nan,1 1",
    "C": "logits probabilities auto device x", "B": "reference cpu cuda x", "D": "cpu auto cuda cuda:99 x", "L": "graph stream",
    "T": "fused separate", "U": "ms multiply-adds auto x", "KEY": "a EMPTY", "NAME,...": "a,b a , a,a",
    "S": "margin raw_margin top1 entropy agreement none order subset logit quantile 0 0.01", "P,...": "50 0,100 101 nan -1",
    "SHARE": "0.5 0 1 -1 nan 1e-9", "HxW": "8x8 3,8,8 0x0 -1x5 999999x999999 8 x", "X": "0 1e-9 1000 -1 nan",
    "O": "gap<=0.1pt gap<=50pt time<=5ms time<=0ms harm<=0.5pt@90% harm<=50pt@99.9% published,alpha=0.5 published,alpha=2 gap<=nan",
    "P": 'fp32 fp16 torchvision-224 cifar-32 squash-99999 {"crop":8} {"crop":0} { '
         '{"resize":{"to":1,"side":"both","filter":"area"},"crop":1}',
    # Options that may make a run long.
    "--duration": "0 0.01 -1 nan x", "--iterations": "1 2 0 -1 x", "--warmUp": "0 1 -1 x", "--threads": "1 2 5 -1 x 100000",
    "--candidates": "1 2 40 0 -1 99999999999"}.items()}


def any_options(round_):
    """A command with options that nobody would combine, and values at and past their limits."""
    draw, place = round_.draw, round_.place
    words = draw.choice(sorted(ALL.values())).split()
    own = place.options[words[0]]
    for name in draw.sample(sorted(own), min(len(own), draw.choice([1, 2, 3, 6]))):
        words.append(f"--{name}")
        if own[name] is not None:
            values = VALUES.get(f"--{name}") or (VALUES.get(own[name], WORDS) if draw.random() < 0.93 else NUMBERS)
            words.append(str(draw.choice(values)).replace("\0", ""))
    if draw.random() < 0.2:
        del words[draw.randrange(1, len(words)) if len(words) > 1 else 0]
    if words[0] == "bench" and "--duration" not in words:
        words += ["--duration", "0.01"]
    round_.fresh()
    # An option may name an existing file of the kind that it writes.
    named = tuple(w for w in words[2:] if w in round_.before)
    round_.run(words, may_change=tuple(round_.before) if "--force" in words else named + MAY_CHANGE)


def limits(round_):
    """Little memory, few descriptors, small files."""
    draw, place = round_.draw, round_.place
    name = draw.choice(sorted(ALL))
    what, value = draw.choice([(resource.RLIMIT_AS, int(place.least_memory * 2 ** draw.uniform(0.02, 3))),
                               (resource.RLIMIT_NOFILE, draw.randrange(3, 24)),
                               (resource.RLIMIT_FSIZE, draw.choice([0, 1, 100, 5000, 20000]))])
    round_.fresh()
    round_.run(ALL[name], codes=(0, 1), limits={what: value}, may_change=MAY_CHANGE, threads=draw.choice([1, 2, 4]))


def streams(round_):
    """Standard streams that are closed, full, or a terminal that has gone."""
    draw, place = round_.draw, round_.place
    name = draw.choice(sorted(ALL))
    round_.fresh()
    opened, chosen = [], {}
    leader = follower = None
    for number in (0, 1, 2):
        way = draw.choice(["usual", "closed", "full", "gone", "reader gone"])
        if way == "closed":
            chosen[number] = None
        elif way == "full":
            opened.append(os.open("/dev/full", os.O_RDWR))
            chosen[number] = opened[-1]
        elif way == "gone":
            if follower is None:
                leader, follower = pty.openpty()
                opened.append(follower)
            chosen[number] = follower
        elif way == "reader gone" and number:
            reader, writer = os.pipe()
            os.close(reader)
            opened.append(writer)
            chosen[number] = writer

    def gone(_):
        if leader is not None:
            time.sleep(draw.uniform(0, 0.03))
            os.close(leader)

    # The program leads no session, so nothing sends it a hangup.
    run = round_.run(ALL[name], codes=(0, 1), streams=chosen, may_change=MAY_CHANGE, meanwhile=gone)
    for descriptor in opened:
        os.close(descriptor)
    if run.code in (0, 1) and name in WRITE:
        after = files.content(place.folder)
        round_.note(run, [("files", f"{n} was not written") for n in place.clean[name] if n not in after])


ERRORS = {"thread": [errno.EAGAIN], "new": [errno.ENOMEM], "map": [errno.ENOMEM, errno.EIO, errno.ENODEV]}


def faults(round_):
    """One call of the operating system that fails."""
    draw, place = round_.draw, round_.place
    name = draw.choice(sorted(ALL))
    kind = draw.choice(["open", "write", "read", "fsync", "rename", "truncate", "map", "thread", "new", "new", "new"])
    count = place.calls(name, kind)
    if not count:
        return
    at = draw.randrange(1, count + 1)
    error = draw.choice(ERRORS.get(kind, [errno.EIO, errno.ENOSPC]))
    trace = place.folder.parent / f"{place.folder.name}.trace"
    round_.fresh()
    # A file that cannot be mapped is bad input.
    run = round_.run(ALL[name], codes=(0, 1, 2) if error == errno.ENODEV else (0, 1), may_change=MAY_CHANGE,
                     threads=2 if kind == "thread" else 1, environment=place.failing(kind, at, error) | {"FXE_FAIL_TRACE": str(trace)})
    if run.code == -signal.SIGABRT and trace.exists():
        callers = process.function_names(place.fxe, trace.read_text().split())
        for finding in round_.findings:
            finding.text += " in " + " < ".join(callers[:6])


def kills(round_):
    """kill -9, at any time or instead of a call; then the same command again."""
    draw, place = round_.draw, round_.place
    name = draw.choice(WRITERS)
    kind = draw.choice(["any time", "open", "write", "fsync", "rename", "truncate"])
    count = place.calls(name, kind) if kind != "any time" else 0
    round_.fresh()
    if not count:
        round_.run(WRITE[name], may_change=MAY_CHANGE, kill_after=draw.uniform(0, 1.1) * place.seconds[name])
    else:
        environment = place.failing(kind, draw.randrange(count) + 1, 0)
        round_.run(WRITE[name], may_change=MAY_CHANGE, environment=environment, killable=True)
    round_.before = files.content(place.folder)
    made = "out" in round_.before  # a complete store is not made again
    again = round_.run(WRITE[name], codes=(2,) if made else (0,), may_change=tuple(round_.before))
    after = files.content(place.folder)
    for output, wanted in place.clean[name].items():
        if output not in after and not made:
            round_.note(again, [("files", f"{output} is missing after the next run: {again.err[-200:]!r}")])
        elif output == "out" and after[output] != wanted:
            round_.note(again, [("files", "the store is another than that of one go")])
    if again.code == 0:
        round_.note(again, [("left", f"{n} is left by the next run") for n in after if files.is_temporary(n)])


def pairs(round_):
    """Two processes that write the same file."""
    draw, place = round_.draw, round_.place
    name = draw.choice(["record", "record compact", "import", "calibrate", "eval", "figures", "convert"])
    line = WRITE[name]
    round_.fresh()
    second = []
    codes = (0, 1, 2) if name in ("record", "record compact", "import") else (0,)

    def begin(_):
        time.sleep(draw.uniform(0, 0.5) * place.seconds[name])
        second.append(place.run(line.replace("--profile new", "--profile other")))

    first = round_.run(line, codes=codes, may_change=MAY_CHANGE, meanwhile=begin)
    round_.runs += second
    round_.note(second[0], second[0].problems(codes))
    after = files.content(place.folder)
    both = first.code == second[0].code == 0
    if name == "calibrate" and both and not {"new", "other"} <= json.loads(after["e.json"])["profiles"].keys():
        round_.note(first, [("files", "a profile is lost")])
    if name == "eval" and both and after["t.csv"].count(b"\n") != 3:
        round_.note(first, [("files", "a line of the results file is lost")])
    if name.startswith("record") and after.get("out") != place.clean[name]["out"]:
        round_.note(first, [("files", "the store is another than that of one process")])


def shrinking(round_):
    """An input that becomes shorter while it is read."""
    draw, place = round_.draw, round_.place
    if not hasattr(place, "big"):
        place.fresh(big_arrays())
        made = place.run("import big0.npy big1.npy --labels big.labels -o big")
        assert made.code == 0, made.err
        place.big = {name: data for name, data in files.content(place.folder).items() if name.startswith("big")}
    victim, line = draw.choice([("big", "replay big --policy t:0.5 --predictions out.csv"),
                                ("big", "calibrate big --objective gap<=50pt"), ("big", "figures big -o f --no-plots"),
                                ("big1.npy", "import big0.npy big1.npy --labels big.labels -o out"),
                                ("m0.safetensors", "convert m0.safetensors -o out.safetensors"),
                                ("m0.safetensors", "init m0.safetensors -o out.json"), ("m1.safetensors", "eval e.json images"),
                                ("labels", "import a.npy --labels labels -o out")])
    round_.fresh(place.big)
    size = len(round_.before[victim])

    def shrink(_):
        time.sleep(draw.uniform(0, 0.15))
        os.truncate(place.folder / victim, draw.choice([0, 1, size // 2, size - 1]))

    round_.run(line, may_change=(victim,), codes=(0, 1, 2), meanwhile=shrink)
    # The other process may have caused it.
    round_.findings = [f for f in round_.findings if not (f.what == "files" and f.text.startswith(victim + " "))]


# Name: (attack, its share of the rounds)
ATTACKS = {"damaged files": (damaged_files, 12), "random options": (any_options, 5), "failing calls": (faults, 6),
           "kill -9": (kills, 4), "limits": (limits, 3), "streams": (streams, 3), "two processes": (pairs, 1),
           "shrinking files": (shrinking, 1)}

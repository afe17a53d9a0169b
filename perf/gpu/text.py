# SPDX-License-Identifier: Apache-2.0
"""Results as text."""
import math


def milliseconds(x):
    return "-" if x is None else f"{x:.4g} ms"


def bench(j):
    return [f"{row['name']}: median {milliseconds(row['latency_ms']['median'])}, least {milliseconds(row['latency_ms']['min'])}, "
            f"{row['images_per_second']:.5g} images/s, {row['mean_members']:.3g} members" for row in j["rows"]]


def nodes(j):
    numbers = ", ".join(f"{k} {v:.3g}" for k, v in j.items() if isinstance(v, float))
    return [numbers, *(f"{k}: " + ", ".join(f"{a} {'-' if b is None else format(b, '.3g')}" for a, b in v.items())
                       for k, v in j.items() if isinstance(v, dict)),
            *(f"{g['graph']}: refused: {g['refused']}" for g in j["graphs"] if "refused" in g)]


def peers(j):
    """PyTorch's rows, and what was left out."""
    key = lambda row: " ".join(str(v) for v in row.values() if isinstance(v, (str, int)))
    lines = [f"PyTorch {j['torch']}, cuDNN {j['cudnn']}, {j['device']}"]
    for row in j["rows"]:
        lines.append(key(row) + "".join(f", {k[:-3]} {milliseconds(v)}" for k, v in row.items() if k.endswith("_ms")))
    return lines + [f"left out: {key(row)}" for row in j["left_out"]]


def agreement(j):
    return [f"labels agree on {100 * j['labels_agree']:.2f} % of {j['images']} images, members differ on {j['members_differ']}, "
            f"top-1 {100 * j['top1_difference']:+.2f} points"]


def evaluation(j):
    return [f"top-1 {100 * j['top1']:.2f} %, {j['mean_members']:.3g} members, {milliseconds(j['time_per_image_ms'])} an image"]


def check(j):
    def percent(layer):
        return math.inf if layer["percent_of_bound"] is None else layer["percent_of_bound"]
    worst = max((layer for m in j["members"] for layer in m["layers"]), key=percent)
    return [f"at most {percent(worst):.0f} % of a bound ({worst['layer']})"]


def profile(j):
    return [f"{milliseconds(j['flexible']['time_per_image_ms'])} an image, full {milliseconds(j['full']['time_per_image_ms'])}; "
            f"{j['measured_gb_per_s'] or 0:.4g} GB/s and {j['measured_gflop_per_s'] or 0:.5g} GFLOP/s measured",
            *(f"control {s['control']}, {s['tail']} tail: {milliseconds(s['time_per_image_ms'])} an image" for s in j["schedules"])]


def doctor(j):
    return [j["cuda"]["text"], j["cuda"]["versions"]]


IN_WORDS = {"fxe.bench/1": bench, "fxe.conditional_nodes/2": nodes, "fxe.torch_peer/2": peers, "fxe.torch_cascade/1": peers,
            "fxe.agreement/1": agreement, "fxe.eval/1": evaluation, "fxe.check/1": check, "fxe.profile/1": profile,
            "fxe.doctor/1": doctor}


def in_words(found):
    try:
        return IN_WORDS[found["schema"]](found) if found else []
    except Exception as error:  # malformed output of one program must not end the others' runs
        return [f"its result is not as expected: {type(error).__name__}: {error}"]


def step(name, result):
    lines = ["", f"{name}: {result['what']}: {result['status']}, {result['seconds']:.1f} of {result['limit_s']:g} s"]
    for done in result["commands"]:
        lines.append(f"  {done['name']}: {done['status']}, {done['seconds']:.1f} s")
        lines += ["    " + line for line in in_words(done.get("json"))]
        if done["status"] != "passed":
            lines += ["    | " + line for line in done.get("output", "").splitlines()[-12:]]
    return lines


def table(rows):
    cells = [("target", "", "measured", "met"), *((r.name, r.limit, r.measured, r.verdict) for r in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(3)]
    return ["  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]).rstrip() for row in cells]

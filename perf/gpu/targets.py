# SPDX-License-Identifier: Apache-2.0
"""Targets on a GPU, what was measured, and whether each is met. Ratios compare times of one run on one machine."""
import dataclasses

from gpu import steps


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    limit: str  # "<= 3"; empty: reported only
    measured: str
    verdict: str  # "yes", "no", "" without a limit, or why nothing was measured

    def as_json(self):
        return {"target": self.name, "limit": self.limit, "measured": self.measured, "met": self.verdict}


def row(name, limit, value, shown="{:.3g}", missing="not measured"):
    """`value`: a number, or None. The limit is a comparison with one."""
    if value is None:
        return Row(name, limit, "", missing)
    met = ""
    if limit:
        comparison, bound = limit.split()
        met = "yes" if (value <= float(bound) if comparison == "<=" else value >= float(bound)) else "no"
    return Row(name, limit, shown.format(value), met)


def over(a, b):
    return a / b if a is not None and b else None


def at(json, *keys):
    """json[keys[0]][keys[1]].., or None if a key is missing."""
    for key in keys:
        if json is None:
            return None
        json = json.get(key) if isinstance(json, dict) else json[key] if key < len(json) else None
    return json


class Measured:
    """Figures from the results; None if they are missing."""

    def __init__(self, results):
        self.size = steps.REHEARSAL if results.all["rehearsal"] else steps.Size()
        self.json = results.json
        self.status = results.status
        self.nodes = self.json("nodes", "conditional_nodes")
        self.gap_us = at(self.nodes, "kernel_gap_us")

    def decision_us(self, graph, which):
        """With conditions in bodies, as the engine does, if the driver refuses those of the whole program."""
        found = [at(self.nodes, graph + where, which) for where in ("", "_conditions_in_bodies")]
        return next((x for x in found if x is not None), None)

    def network_ms(self, network, batch):
        """fxe's better median, with the heuristics' plans or with timed ones."""
        found = [at(self.json("bench", f"{network} batch {batch}{timed}"), "rows", 0, "latency_ms", "median")
                 for timed in ("", ", timed plans")]
        return min((x for x in found if x is not None), default=None)

    def torch_ms(self, network, batch):
        """The median of the fastest way."""
        return min((r["latency_ms"] for r in self.torch_rows("torch", "networks", network)
                    if r["batch"] == batch and "latency_ms" in r), default=None)

    def torch_rows(self, step, command, network):
        name = dict(zip(self.size.networks, self.size.torch_networks))[network]
        return [r for r in at(self.json(step, command), "rows") or [] if r["network"] == name]

    def stop_row(self, network, control, k):
        rows = at(self.json("cascade", f"{network} {control}"), "rows") or []
        return next((r for r in rows if r["kind"] == "stop_after" and r["name"] == f"stop after {k}"), None)

    def stop_ms(self, network, control, k):
        return at(self.stop_row(network, control, k), "latency_ms", "median")

    def torch_stop_ms(self, network, way, k):
        return next((r["latency_ms"] for r in self.torch_rows("cascade", "PyTorch", network)
                     if (r["way"], r["stop_after"]) == (way, k) and "latency_ms" in r), None)

    def last_layer_us(self, tail):
        """The time of one call of its longest kernel."""
        layers = at(self.json("profile", f"{tail} tail"), "members", 0, "layers")
        return 1000 * max(k["ms_per_call"] for k in layers[-1]["kernels"]) if layers else None

    def linear_share_of_bandwidth(self):
        """The bandwidth of a network's fully connected layers. Its members' weights do not fit into the caches."""
        profile = self.json("profile", "fused tail")
        layers = [layer for m in at(profile, "members") or [] for layer in m["layers"] if layer["op"].startswith("linear")]
        ms = sum(layer["ms"]["full"] for layer in layers)
        moved = sum(layer["gb_per_s"] * layer["ms"]["full"] for layer in layers)
        return over(over(moved, ms), at(profile, "measured_gb_per_s"))

    def step_passed(self, name):
        status = self.status(name)
        return Row(f"step {name}", "passed", status or "", "yes" if status == "passed" else "no" if status else "not measured")


def decisions(m):
    gap = m.gap_us
    in_bodies = [over(at(m.nodes, f"kernel_gap_in_{body}_us"), gap) for body in ("if", "switch")]
    yield row("decision taken, over an empty kernel's gap", "<= 3", over(m.decision_us("batch_1", "taken_us"), gap))
    yield row("decision skipped, over that gap", "<= 1.5", over(m.decision_us("batch_1", "skipped_us"), gap))
    yield row("decision with a SWITCH taken, over that gap", "", over(m.decision_us("batches", "taken_us"), gap))
    yield row("gap inside a body, over a plain graph's", "<= 1.2", None if None in in_bodies else max(in_bodies))
    fused, alone = m.last_layer_us("fused"), m.last_layer_us("separate")
    yield row("tail in the last layer less its GEMV alone, in gaps", "<= 1.5",
              over(fused - alone, gap) if fused is not None and alone is not None else None)


def cascades(m):
    every = range(1, m.size.members + 1)
    for network in m.size.networks:
        alone = at(m.stop_row(network, "device", 1), "over_members_alone")
        yield row(f"{network}: stop after member 1, over it alone", "<= 1.05", None if alone is None else 1 + alone)

        def over_all(other_ms):
            """The time under device control divided by that under another control, by depth."""
            found = [over(m.stop_ms(network, "device", k), other_ms(k)) for k in every]
            return None if None in found else found
        host = over_all(lambda k: m.stop_ms(network, "host", k))
        cond = over_all(lambda k: m.torch_stop_ms(network, "cond", k))
        graphs = over_all(lambda k: m.torch_stop_ms(network, "graphs", k))
        for what, ratios in (("host control", host), ("torch.cond in a CUDA graph", cond)):
            for k in (1, m.size.members):
                yield row(f"{network}: stop after {k}, over {what}", "", at(ratios, k - 1))
        yield row(f"{network}: stop after each, over PyTorch's graphs and host, worst", "<= 0.5", graphs and max(graphs))


def networks(m):
    first, last = m.size.networks
    one, many = m.size.batches[:2]
    for network, limit in ((first, "<= 0.7"), (last, "<= 0.6")):
        yield row(f"{network} fp16 batch {one}, over the best PyTorch", limit,
                  over(m.network_ms(network, one), m.torch_ms(network, one)))
    yield row(f"{first} fp16 batch {many}, images/s over the best PyTorch", ">= 1.1",
              over(m.torch_ms(first, many), m.network_ms(first, many)))
    yield row(f"{last} fp16 batch {one}: fully connected layers, share of bandwidth", ">= 0.8", m.linear_share_of_bandwidth())
    flexible = at(m.json("profile", "batches"), "flexible")
    yield row(f"batch {max(m.size.ensemble_batches)} with exits, over the time of its kernels", "<= 1.05",
              over(at(flexible, "network_ms"), at(flexible, "kernels_ms")))
    yield row(f"8 equal {first} in waves, over the sequence", "<= 0.45", None, missing="not measured: fxe has no --waves")


def precisions(m):
    for precision in ("fp16", "tf32"):
        found = m.json("precisions", f"{precision} against the CPU")
        points = at(found, "top1_difference")
        yield row(f"{precision}: labels that agree with fp32's", ">= 0.995", at(found, "labels_agree"), "{:.4f}")
        yield row(f"{precision}: top-1 off fp32's, points", "<= 0.25", None if points is None else 100 * abs(points), "{:.2f}")


def table(results):
    m = Measured(results)
    rows = []
    for group in (decisions, cascades, networks, precisions):
        try:
            rows += group(m)
        except Exception as error:  # malformed output of one program must not end the others' runs
            rows.append(Row(group.__name__, "", "", f"results are not as expected: {type(error).__name__}: {error}"))
    if results.all["rehearsal"]:  # neither meets nor misses a limit
        rows = [dataclasses.replace(r, verdict="" if r.measured else r.verdict) for r in rows]
    return [*(m.step_passed(s) for s in ("exits", "layers", "demo", "check", "sanitizer")), *rows]

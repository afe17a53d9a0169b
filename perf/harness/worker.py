# SPDX-License-Identifier: Apache-2.0
"""A peer in its own process: python3 -m harness.worker PEER MODEL.onnx MODEL.pt INPUTS.npy THREADS

Reads one JSON object per line from stdin and answers each on stdout:
    {"do": "output"}             {"logits": [[..]], "form": ".."}
    {"do": "time", "seconds": S} {"ms": the median}
or {"error": ".."}. Between requests it waits in read(), while no thread of a library spins for long.
"""
import json
import os
import statistics
import sys

from harness import engines

WARM_UP_S = 0.1


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # so that libraries that print do not disturb the answers
    peer, onnx, script, inputs, threads = sys.argv[1:]
    prepared = None
    for line in sys.stdin:
        ask = json.loads(line)
        try:
            if prepared is None:
                import numpy
                prepared = getattr(engines, peer)(onnx, script, numpy.load(inputs), int(threads))
            call, form = prepared
            if ask["do"] == "output":
                answer = {"logits": call().tolist(), "form": form}
            else:
                engines.timed_ms(call, WARM_UP_S, 1)
                answer = {"ms": statistics.median(engines.timed_ms(call, ask["seconds"]))}
        except Exception as error:  # whatever a library raises is the answer
            answer = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()

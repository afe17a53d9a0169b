# SPDX-License-Identifier: Apache-2.0
"""The peers, each as a function from a case's files to (call, form): call() runs one batch and returns its logits, form
names the fastest of several ways. Each imports its library itself, so that a process holds only one."""
import statistics
import time

PEERS = {  # name: (module, what pip calls it)
    "onnxruntime": ("onnxruntime", "onnxruntime"),
    "openvino": ("openvino", "openvino"),
    "pytorch": ("torch", "torch torchvision"),
    "opencv": ("cv2", "opencv-python-headless"),
}


def timed_ms(call, seconds, least=3):
    """Times of consecutive calls."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def fastest(ways, seconds=0.3, turns=3):
    """(call, name) of the way with the least median, taken in turn."""
    found = {name: [] for name in ways}
    for _ in range(turns):
        for name, call in ways.items():
            call()
            found[name].append(statistics.median(timed_ms(call, seconds)))
    best = min(found, key=lambda name: min(found[name]))
    return ways[best], best


def onnxruntime(onnx, script, x, threads):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: x}
    return lambda: session.run(None, feed)[0], ""


def openvino(onnx, script, x, threads):
    import openvino as ov
    core = ov.Core()
    # Without the first it computes in bf16 if the processor can.
    compiled = core.compile_model(core.read_model(onnx), "CPU", {
        "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY"})
    request, output = compiled.create_infer_request(), compiled.output(0)
    return lambda: request.infer([x], share_inputs=True, share_outputs=True)[output], ""


def pytorch(onnx, script, x, threads):
    import torch
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.set_grad_enabled(False)

    def way(layout):
        model = torch.jit.load(script).eval().to(memory_format=layout)
        model = torch.jit.optimize_for_inference(torch.jit.freeze(model))
        tensor = torch.from_numpy(x).contiguous(memory_format=layout)
        for _ in range(3):  # the first two are profiled and then compiled
            model(tensor)
        return lambda: model(tensor).numpy()

    return fastest({"channels first": way(torch.contiguous_format), "channels last": way(torch.channels_last)})


def opencv(onnx, script, x, threads):
    import cv2
    cv2.setNumThreads(threads)
    network = cv2.dnn.readNetFromONNX(onnx)
    network.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    network.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)

    def call():
        network.setInput(x)
        return network.forward()

    return call, ""

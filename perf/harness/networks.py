# SPDX-License-Identifier: Apache-2.0
"""A torchvision network with seeded weights, as ONNX and TorchScript, with inputs and what fp64 answers."""
import copy
import dataclasses
import pathlib
import warnings

from harness import agreement

IMAGES, SIDE, SEED = 8, 224, 1
LOGIT_DEVIATION = 2.0


@dataclasses.dataclass
class Case:
    """Files of a network for a batch, and the log-probabilities in double precision."""
    network: str
    batch: int
    onnx: pathlib.Path
    script: pathlib.Path
    inputs: pathlib.Path
    reference: list
    side: int = SIDE


def seeded_images(torch, count):
    """Shapes of several sizes whose contrast differs from image to image. With white noise every pooled feature would be the
    same for all images."""
    torch.manual_seed(SEED)
    x = torch.randn(count, 3, 1, 1)
    for side in (4, 16, 56, SIDE):
        field = torch.nn.functional.interpolate(torch.randn(count, 3, side, side), SIDE, mode="bilinear")
        x = x + torch.rand(count, 1, 1, 1) * field
    return x


def seeded_model(torch, torchvision, network, x):
    """He's weights, BatchNorm with slightly wrong statistics of x, logits of a usual size. Values neither vanish nor
    grow on their way, so the outputs depend on every layer and on the input."""
    torch.manual_seed(SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some networks announce a change of their random weights
        model = torchvision.models.get_model(network, weights=None)
    weighted, norms = [], []
    for m in model.modules():
        if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            if m.bias is not None:
                torch.nn.init.normal_(m.bias, std=0.1)
            weighted.append(m)
        elif isinstance(m, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(m.weight, 0.5, 1.5)
            torch.nn.init.normal_(m.bias, std=0.1)
            m.reset_running_stats()
            m.momentum = None  # makes the running statistics those of x
            norms.append(m)
    with torch.no_grad():
        if norms:
            model.train()(x)
        for m in norms:
            m.running_mean += 0.1 * torch.randn_like(m.running_mean) * m.running_var.sqrt()
            m.running_var *= torch.empty_like(m.running_var).uniform_(0.8, 1.25)
        scale = LOGIT_DEVIATION / model.eval()(x).std()
        weighted[-1].weight *= scale
        if weighted[-1].bias is not None:
            weighted[-1].bias *= scale
    return model


def reference_of(torch, model, x, network):
    with torch.no_grad():
        logits = copy.deepcopy(model).double()(x.double())
    if logits.std(0).mean() < 0.02 * logits.std():
        raise ValueError(f"{network}: expected outputs that depend on the image, found nearly the same for all; leave it out")
    return agreement.log_probabilities(logits.tolist(), False)


def make_cases(network, batches, folder):
    import numpy
    import torch
    import torchvision
    images = max(IMAGES, *batches)
    x = seeded_images(torch, images)
    model = seeded_model(torch, torchvision, network, x[:IMAGES])
    reference = reference_of(torch, model, x, network)
    cases = []
    for batch in batches:
        stem = pathlib.Path(folder) / f"{network}-{batch}"
        case = Case(network, batch, stem.with_suffix(".onnx"), stem.with_suffix(".pt"), stem.with_suffix(".npy"),
                    reference[:batch])
        numpy.save(case.inputs, x[:batch].numpy())
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter and the tracer warn that they are deprecated
            torch.onnx.export(model, (x[:batch],), str(case.onnx), dynamo=False, opset_version=17)
            torch.jit.trace(model, x[:batch]).save(str(case.script))
        cases.append(case)
    return cases

# SPDX-License-Identifier: Apache-2.0
"""The networks that make_files.py exports: images [N C H W], logits [N K]."""
import torch
import torch.nn.functional as F
from torch import nn

N, C, H, W, K = 2, 3, 12, 10, 5


def fill(module: nn.Module) -> nn.Module:
    for m in module.modules():
        if isinstance(m, nn.BatchNorm2d) or isinstance(m, nn.BatchNorm1d):
            m.running_mean.uniform_(-0.5, 0.5)
            m.running_var.uniform_(0.5, 2.0)
            m.weight.data.uniform_(0.5, 1.5)
            m.bias.data.uniform_(-0.5, 0.5)
        if isinstance(m, nn.PReLU):
            m.weight.data.uniform_(-0.5, 0.5)
    return module.eval()


class Branches(nn.Module):
    """Residuals, joins, poolings with every rounding, grouped and dilated convolutions."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(C, 8, (3, 2), stride=(2, 1), padding=(1, 0), bias=False)
        self.bn = nn.BatchNorm2d(8, eps=1e-3)
        self.left = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4)
        self.right = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.fc = nn.Linear(16, K)

    def forward(self, x):
        x = F.relu(self.bn(self.stem(x)))
        a, b = F.leaky_relu(self.left(x), 0.1), F.relu6(self.right(x))
        x = torch.cat([a + x, b], 1)
        x = F.max_pool2d(x, 3, 2, 1, ceil_mode=True)
        x = F.avg_pool2d(x, 2, 1, 1, count_include_pad=True)
        x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
        x = F.dropout(F.adaptive_avg_pool2d(x, 1).flatten(1), 0.5, self.training)
        return self.fc(x)


class View(nn.Module):
    """Reshape to [n, -1], computed from the shape; a bias after MatMul; BatchNorm of rows."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(C, 4, 3, stride=2, padding=1)
        self.bn = nn.BatchNorm1d(4 * 6 * 5)
        self.weight = nn.Parameter(torch.randn(4 * 6 * 5, K) * 0.1)
        self.bias = nn.Parameter(torch.randn(K))

    def forward(self, x):
        x = torch.clamp(self.conv(x), -0.5, 1.5)
        x = self.bn(x.view(x.size(0), -1))
        return x @ self.weight + self.bias


class Mean(nn.Module):
    """The mean over h and w, channel arithmetic, local response normalisation, softmax at the end."""

    def __init__(self):
        super().__init__()
        self.register_buffer("shift", torch.randn(1, C, 1, 1))
        self.register_buffer("scale", torch.rand(C, 1, 1) + 0.5)
        self.conv = nn.Conv2d(C, 6, 3)
        self.last = nn.Conv2d(6, K, 1)

    def forward(self, x):
        x = ((x - self.shift) / self.scale) * 1.5 + 0.25
        x = 1.0 - self.conv(F.pad(x, (1, 2, 0, 1)))
        x = self.last(F.relu(x)).mean((2, 3))
        return x if self.training else F.softmax(x, 1)


class Shortcut(nn.Module):
    """The shortcuts of CIFAR ResNets: every second pixel, zero channels on both sides."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(C, C + 4, 3, stride=2, padding=1)
        self.fc = nn.Linear(C + 4, K)

    def forward(self, x):
        x = F.relu(self.conv(x) + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2)))
        return self.fc(F.avg_pool2d(x, (6, 5)).reshape(-1, x.size(1)))


class Mobile(nn.Module):
    """Squeeze and excitation from convolutions and from rows, the functions of MobileNet v3 and EfficientNet, a shuffle
    and a split of channels, PReLU."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(C, 8, 3, padding=1)
        self.bn = nn.BatchNorm2d(8)
        self.squeeze, self.excite = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
        self.down, self.up = nn.Linear(8, 3), nn.Linear(3, 8)
        self.prelu, self.one_slope = nn.PReLU(4), nn.PReLU()
        self.fc = nn.Linear(12, K)

    def forward(self, x):
        x = F.hardswish(self.bn(self.stem(x)))
        x = x * F.hardsigmoid(self.excite(F.silu(self.squeeze(F.adaptive_avg_pool2d(x, 1)))))
        x = x * torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3)))))).view(-1, 8, 1, 1)
        x = x.view(-1, 4, 2, H, W).transpose(1, 2).reshape(-1, 8, H, W)
        a, b = x.chunk(2, 1)
        x = torch.cat([self.prelu(a), self.one_slope(b), x[:, 5:], F.gelu(x[:, :1])], 1)
        return self.fc(F.silu(x.mean((2, 3))))


class ConvNext(nn.Module):
    """ConvNeXt's block, with its norm over channels both ways, on [n h w c] and on [n c h w]."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(C, 8, 2, stride=2)
        self.weight, self.bias = nn.Parameter(torch.rand(8) + 0.5), nn.Parameter(torch.randn(8))
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.norm = nn.LayerNorm(8, eps=1e-6)
        self.expand, self.project = nn.Linear(8, 16), nn.Linear(16, 8)
        self.gamma = nn.Parameter(torch.randn(8) * 0.3)
        self.last = nn.LayerNorm(8, eps=1e-5)
        self.fc = nn.Linear(8, K)

    def forward(self, x):
        x = self.stem(x)
        mean = x.mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt((x - mean).pow(2).mean(1, keepdim=True) + 1e-6)
        x = self.weight[:, None, None] * x + self.bias[:, None, None]
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.gamma * self.project(F.gelu(self.expand(y)))
        x = x + y.permute(0, 3, 1, 2)
        return self.fc(self.last(x.mean((2, 3))))

# SPDX-License-Identifier: Apache-2.0
"""fxe's answers, from run_models: one process for many models."""
import os
import select
import subprocess

import numpy as np

LIMIT_SECONDS = 60


class Answer:
    """`kind`: ok, refused, failed. If ok: exact [n k] and sigma in double, and own, four times [n k] in fp32."""

    def __init__(self, kind, text="", exact=None, sigma=None, own=None):
        self.kind, self.text, self.exact, self.sigma, self.own = kind, text, exact, sigma, own


NAMES = ["reference backend, 3 images", "reference backend, 1 image", "cpu backend, 3 images", "cpu backend, 1 image"]


class Engine:
    """Models are sent ahead of their answers, so that both processes are busy."""

    def __init__(self, program: str):
        self.program, self.process, self.asked, self.pending = program, None, [], b""

    def ask(self, model, images: np.ndarray):
        path = model.parent / "images.f32"
        path.write_bytes(images.tobytes())
        self.asked.append((f"{model} {path}\n".encode(), len(images)))
        if self.process:
            self._send(self.asked[-1:])
        else:
            self._start()

    def answer(self) -> Answer:
        """The answer for the first model that has none yet."""
        try:
            return self._read(self.asked[0][1])
        except EOFError:
            return Answer("failed", f"the process ended with {self._restart()}")
        except TimeoutError:
            self.process.kill()
            self._restart()
            return Answer("failed", f"no answer in {LIMIT_SECONDS} s")
        finally:
            self.asked.pop(0)

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()

    def _start(self):
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pending = b""
        self._send(self.asked)

    def _send(self, asked):
        try:
            self.process.stdin.write(b"".join(line for line, _ in asked))
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the next answer tells

    def _restart(self):
        """Without the first model."""
        status = self.process.wait()
        first, self.asked = self.asked[0], self.asked[1:]
        self._start()
        self.asked.insert(0, first)
        return status

    def _read(self, n: int) -> Answer:
        while b"\n" not in self.pending:
            self._more()
        line, self.pending = self.pending.split(b"\n", 1)
        kind, _, text = line.decode(errors="replace").partition(" ")
        if kind != "ok":
            return Answer(kind, text)
        k = int(text)
        doubles = np.frombuffer(self._bytes(2 * n * k * 8), np.float64).reshape(2, n, k)
        floats = np.frombuffer(self._bytes(4 * n * k * 4), np.float32).reshape(4, n, k)
        return Answer("ok", "", doubles[0], doubles[1], floats)

    def _bytes(self, count: int) -> bytes:
        while len(self.pending) < count:
            self._more()
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def _more(self):
        if not select.select([self.process.stdout], [], [], LIMIT_SECONDS)[0]:
            raise TimeoutError
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        if not data:
            raise EOFError
        self.pending += data

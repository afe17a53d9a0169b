# SPDX-License-Identifier: Apache-2.0
"""Runs one step's commands, each in its own process, which is ended at its limit with everything it started."""
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from gpu.steps import PYTHON

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # exit code of a command that cannot run here; its last line says why
MOST_OUTPUT = 4000  # characters kept of a failed command's output


class Runner:
    def __init__(self, build, work, output):
        self.build, self.work, self.output = (pathlib.Path(folder).resolve() for folder in (build, work, output))
        self.running, self.stopped = set(), False

    def run(self, step, save):
        """The step's result; save(result) after each command."""
        begin = time.monotonic()
        result = {"what": step.what, "status": "running", "seconds": 0.0, "limit_s": step.limit_s, "commands": []}
        save(result)

        def one(command):
            left = min(step.each_s, step.limit_s - (time.monotonic() - begin))
            return self.run_command(command, left)

        pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count() if step.side_by_side else 1)
        try:
            for done in pool.map(one, step.commands):
                result["commands"].append(done)
                result["seconds"] = round(time.monotonic() - begin, 3)
                save(result)
        except BaseException:  # this program was asked to end
            self.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        found = {done["status"] for done in result["commands"]}
        result["status"] = next((s for s in ("failed", "timeout", "passed") if s in found), "skipped")
        save(result)
        return result

    def run_command(self, command, left_s):
        result = {"name": command.name, "command": " ".join(command.words), "status": "passed", "seconds": 0.0}
        if command.makes and (self.work / command.makes).exists():
            return result
        if left_s <= 0:
            return {**result, "status": "timeout"}
        with tempfile.NamedTemporaryFile(suffix=".json") as file, tempfile.TemporaryFile("w+", errors="replace") as log:
            begin = time.monotonic()
            try:
                code = self.limited([self.filled(w, file.name) for w in command.words], self.environment(command), left_s, log)
            except OSError as error:
                return {**result, "status": "failed", "output": f"cannot be started: {error}"}
            result["seconds"] = round(time.monotonic() - begin, 3)
            log.seek(0)
            return {**result, **judged(code, log.read(), pathlib.Path(file.name).read_text())}

    def filled(self, word, json_file):
        for name, value in (("json", json_file), ("build", self.build), ("work", self.work), ("output", self.output)):
            word = word.replace(f"{{{name}}}", str(value))
        return word

    def environment(self, command):
        env = {**os.environ, "FXE_CACHE": str(self.work / "plans")}
        env.update({name: self.filled(value, "") for name, value in command.env.items()})
        if command.words[0] != PYTHON:  # PyTorch has its own libraries
            folders = [env.get("LD_LIBRARY_PATH", ""), *python_cuda_folders(), str(self.build / "lib")]
            env["LD_LIBRARY_PATH"] = ":".join(f for f in folders if f)
        return env

    def limited(self, words, env, limit_s, log):
        """The exit code, or None if the time ran out."""
        process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        self.running.add(process.pid)
        try:
            return process.wait(timeout=0 if self.stopped else limit_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            end_group(process.pid)  # and everything it left running
            process.wait()
            self.running.discard(process.pid)

    def stop(self):
        self.stopped = True
        for group in list(self.running):
            end_group(group)


def end_group(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def judged(code, output, text):
    found = {"status": "timeout" if code is None else {0: "passed", SKIPPED: "skipped"}.get(code, "failed")}
    if code:
        found["exit_code"] = code
    if found["status"] != "passed" or "[  SKIPPED ]" in output:
        found["output"] = output[-MOST_OUTPUT:]
    if text:
        try:
            found["json"] = json.loads(text)
        except ValueError as error:
            if found["status"] == "passed":
                found.update(status="failed", output=f"its JSON does not parse: {error}")
    return found


def python_cuda_folders():
    """The folders of pip's packages that hold cuDNN, CUPTI and CUDA. The machine's own come first, a bundle's last."""
    return [str(f) for path in sys.path if path for f in sorted(pathlib.Path(path).glob("nvidia/*/lib"))]

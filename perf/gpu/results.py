# SPDX-License-Identifier: Apache-2.0
"""gpu_check.json holds the result of every command of every step, report.txt the same in words. Both are rewritten after each
command, so a run that is cut short has reported what it found."""
import json

from gpu import targets, text

SCHEMA = "fxe.gpu_check/2"


class Results:
    def __init__(self, folder, device, rehearsal=False):
        self.folder = folder
        self.all = {"schema": SCHEMA, "device": device, "rehearsal": rehearsal, "steps": {}}

    @classmethod
    def read(cls, files):
        """The results of several files; a step in several of them is taken from the last. None if a file holds no results."""
        results = cls(None, "")
        for file in files:
            try:
                found = json.loads(file.read_text())
                if found["schema"] != SCHEMA:
                    return None
                results.all.update(device=found["device"], rehearsal=found["rehearsal"])
                results.all["steps"].update(found["steps"])
            except (OSError, ValueError, LookupError, TypeError):
                return None
        return results

    def json(self, step, command):
        """The result of a step's command, or None."""
        for done in self.all["steps"].get(step, {}).get("commands", []):
            if done["name"] == command:
                return done.get("json")
        return None

    def status(self, step):
        return self.all["steps"].get(step, {}).get("status")

    def save(self, name, result):
        self.all["steps"][name] = result
        self.all["targets"] = [row.as_json() for row in targets.table(self)]
        self.folder.mkdir(parents=True, exist_ok=True)
        for file, content in (("gpu_check.json", json.dumps(self.all, indent=1) + "\n"), ("report.txt", self.report())):
            temporary = self.folder / (file + ".tmp")
            temporary.write_text(content)
            temporary.replace(self.folder / file)

    def report(self):
        lines = [self.all["device"]]
        if self.all["rehearsal"]:
            lines.append("a rehearsal: small networks, once each; times say nothing")
        for name, step in self.all["steps"].items():
            lines += text.step(name, step)
        return "\n".join([*lines, "", *text.table(targets.table(self))]) + "\n"

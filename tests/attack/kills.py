#!/usr/bin/env python3
"""
Kills training, reading and calibration with SIGKILL at random moments, and resumes them.

    kills.py [--kills N] [--seed S] PROGRAM

The files must have the bytes of an uninterrupted run, no finished epoch may be lost, and no other file may be left
behind. Prints "N kills, M runs, 0 differences, 0 litter"; the exit code is 1 if there are any. A thousand kills take
about ten minutes of one core.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

MAX_KILLS = 12  # in one run; afterwards it continues to its end
MINE = "m.2.safetensors"  # a user's file with a name that earlier versions gave to a committee member

TRAININGS = {
    "recipe 1998": ["--recipe", "1998", "--epochs", "12", "--log", "log.csv"],
    "recipe fast": ["--recipe", "fast", "--epochs", "30", "--threads", "2"],
    "recipe best": ["--recipe", "best", "--epochs", "20", "--threads", "2", "--log", "log.csv"],
    "recipe read": ["--recipe", "read", "--epochs", "15", "--validation", "50"],
    "committee of 3, fast": ["--committee", "3", "--recipe", "fast", "--epochs", "12"],
    "committee of 2, best": ["--committee", "2", "--recipe", "best", "--epochs", "10", "--threads", "2"],
}


def contents(file):
    with open(file, "rb") as stream:
        return stream.read()


def passes_of(file):
    """Returns the number of finished epochs of a checkpoint; raises ValueError if its checksum is wrong."""
    data = contents(file)
    (size,) = struct.unpack("<Q", data[:8])
    metadata = json.loads(data[8:8 + size])["__metadata__"]
    if hashlib.sha256(data[8 + size:]).hexdigest() != metadata["sha256"]:
        raise ValueError(f"{file}: wrong checksum")
    return int(metadata["passes"])


class Run:
    """A command in its own folder, started and resumed until it ends."""

    share = 1.0  # kills come within this share of the time of an uninterrupted run

    def __init__(self, suite, name, folder):
        self.suite, self.name, self.folder = suite, name, folder
        self.kills = 0
        os.makedirs(folder)
        self.prepare()

    def path(self, file):
        return os.path.join(self.folder, file)

    def prepare(self):
        pass

    def ended(self):
        """Whether a killed command had already finished its work."""
        return False

    def complain(self, text):
        print(f"FAILED: {self.name}, after {self.kills} kills: {text}", flush=True)
        self.suite.differences += 1

    def once(self, delay):
        """Runs the next command for at most `delay` seconds (None: no limit); returns whether it ended by itself."""
        with open(self.path("out"), "wb") as out, open(self.path("err"), "wb") as err:
            process = subprocess.Popen([self.suite.program] + self.next(), cwd=self.folder, stdout=out, stderr=err)
            try:
                code = process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
        if code == -9:
            self.kills += 1
            return False
        if code != 0:
            self.complain(f"exit code {code}: {contents(self.path('err')).decode()}")
        return True

    def to_the_end(self, chance, max_kills):
        seconds = self.share * self.suite.seconds[self.name]
        while not self.once(chance.uniform(0, seconds) if self.kills < max_kills else None):
            self.inspect()
            if self.ended():
                break

    def inspect(self):
        pass

    def result(self):
        """The contents of all files by name, without stderr and without the seconds in the log."""
        found = {}
        for place, folders, files in os.walk(self.folder):
            if not folders and not files:
                found[os.path.relpath(place, self.folder) + "/"] = b""
            for file in files:
                name = os.path.relpath(os.path.join(place, file), self.folder)
                found[name] = contents(os.path.join(place, file))
        del found["err"]
        if "log.csv" in found:
            found["log.csv"] = b"\n".join(b",".join(line.split(b",")[:8]) for line in found["log.csv"].split(b"\n"))
        return found


class Replacing(Run):
    """A command that replaces an existing model of mode 0600."""

    def prepare(self):
        shutil.copy(self.suite.model, self.path("m.safetensors"))
        os.chmod(self.path("m.safetensors"), 0o600)

    def replaced(self):
        return contents(self.path("m.safetensors")) != contents(self.suite.model)

    def inspect(self):
        if self.replaced() and contents(self.path("m.safetensors")) != self.suite.wanted[self.name]["m.safetensors"]:
            self.complain("the model is neither the old one nor the new one")

    def result(self):
        if os.stat(self.path("m.safetensors")).st_mode & 0o777 != 0o600:
            self.complain("the model's mode has changed")
        return super().result()


class Training(Replacing):
    share = 0.5  # each command resumes from the checkpoint of the last one
    passes = 0

    def prepare(self):
        super().prepare()
        with open(self.path(MINE), "wb") as mine:
            mine.write(b"mine")

    def checkpoints(self):
        found = [self.path("m.checkpoint.safetensors")]
        members = self.path("m.members")
        if os.path.isdir(members):
            found += [os.path.join(members, name) for name in os.listdir(members)]
        return [file for file in found if os.path.exists(file) and file.endswith(".checkpoint.safetensors")]

    def ended(self):
        left = [name for name in os.listdir(self.folder) if ".lenet5-" in name]  # the next run removes them
        return self.replaced() and not self.checkpoints() and not left

    def next(self):
        command = ["train", "--quiet", "--data", self.suite.digits, "--out", "m.safetensors"]
        options = TRAININGS[self.name]
        if not self.checkpoints():
            return command + options
        return command + ["--resume"] + (["--log", "log.csv"] if "--log" in options else [])

    def inspect(self):
        super().inspect()
        if self.replaced():
            return
        try:
            passes = sum(passes_of(file) for file in self.checkpoints())
        except (ValueError, KeyError, struct.error) as error:
            self.complain(error)
            return
        if passes < self.passes:
            self.complain(f"{self.passes} passes were done, and now {passes}")
        self.passes = passes


class Reading(Run):
    def next(self):
        return ["read", "--json", "--threshold", "0.001"] + self.suite.strings


class Calibrating(Replacing):
    def ended(self):
        return self.replaced()

    def next(self):
        return ["calibrate", "m.safetensors", "--data", self.suite.digits, "--validation", "100", "--json"]

    def result(self):
        found = super().result()
        del found["out"]  # a command killed after its work was done has no output
        return found


class Suite:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.differences = self.litter = self.kills = self.runs = 0
        self.seconds, self.wanted = {}, {}
        self.digits = os.path.join(folder, "digits")
        self.model = os.path.join(folder, "model.safetensors")
        strings = os.path.join(folder, "strings")
        for command in (["synth", "--out", self.digits, "--count", "300", "--test-count", "50", "--seed", "1"],
                        ["synth", "--strings", strings, "--count", "8", "--seed", "1"],
                        ["train", "--data", self.digits, "--epochs", "3", "--validation", "100", "--quiet", "--out",
                         self.model]):
            subprocess.run([program] + command, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        self.strings = sorted(os.path.join(strings, name) for name in os.listdir(strings) if name.endswith(".png"))
        self.kinds = {name: Training for name in TRAININGS}
        self.kinds.update({"read --json": Reading, "calibrate": Calibrating})

    def new_run(self, name):
        return self.kinds[name](self, name, os.path.join(self.folder, "run"))

    def end(self, run):
        result = run.result()
        shutil.rmtree(run.folder)
        return result

    def measure(self, name):
        run = self.new_run(name)
        start = time.monotonic()
        run.once(None)
        self.seconds[name] = time.monotonic() - start
        self.wanted[name] = self.end(run)

    def compare(self, run):
        wanted, found = self.wanted[run.name], self.end(run)
        for name in sorted(set(found) - set(wanted)):
            print(f"FAILED: {run.name}, after {run.kills} kills: litter: {name}", flush=True)
            self.litter += 1
        for name, bytes_ in wanted.items():
            if found.get(name) != bytes_:
                run.complain(f"{name} {'differs' if name in found else 'is lost'}")

    def kill(self, kills, chance):
        for name in self.kinds:
            self.measure(name)
        while self.kills < kills and not self.differences:
            for name in self.kinds:
                run = self.new_run(name)
                run.to_the_end(chance, min(MAX_KILLS, kills - self.kills))
                self.compare(run)
                self.kills += run.kills
                self.runs += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", default="1")
    parser.add_argument("program")
    arguments = parser.parse_args()
    os.environ.pop("LENET5_DATA", None)
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(os.path.abspath(arguments.program), folder)
        suite.kill(arguments.kills, random.Random(arguments.seed))
        print(f"{suite.kills} kills, {suite.runs} runs, {suite.differences} differences, {suite.litter} litter")
        sys.exit(suite.differences > 0 or suite.litter > 0)


if __name__ == "__main__":
    main()

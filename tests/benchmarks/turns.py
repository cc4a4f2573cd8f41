"""Two checkouts do the same in turn, within seconds: a machine that becomes slower meanwhile is no matter.

    python -m tests.benchmarks.turns BEFORE AFTER [--rounds 3] -- core train --data sample:stamps

What follows `--` is run as `python -m ...` in each checkout, with a workspace of its own that is empty. While one runs
the other is stopped (SIGSTOP), so this needs Linux or macOS. Seconds are those in which it was not stopped, with
start-up; CPU seconds are those of all its processes.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

people = Console(highlight=False)
SLICE_S = 0.5


@dataclass
class Contender:
    """A checkout's process, stopped as long as the other runs."""

    process: subprocess.Popen[bytes]
    seconds: float = 0.0
    cpu_s: float = 0.0
    failed: bool = False
    ended: bool = False

    @classmethod
    def start(cls, checkout: Path, arguments: list[str], workspace: str) -> "Contender":
        """Begin `python -m arguments` in `checkout`, stopped."""
        environment = os.environ | {"PYTHONPATH": str(checkout), "GRAFT_WORKSPACE": workspace}
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=checkout, env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        os.killpg(process.pid, signal.SIGSTOP)
        return cls(process)

    def run(self) -> None:
        """Let it run for a slice, or until it has ended."""
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGCONT)
        while not self.ended and time.monotonic() - began < SLICE_S:
            time.sleep(0.005)
            self._look()
        self.seconds += time.monotonic() - began
        if not self.ended:
            os.killpg(self.process.pid, signal.SIGSTOP)

    def _look(self) -> None:
        found, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if found:
            self.ended, self.failed = True, os.waitstatus_to_exitcode(status) != 0
            self.cpu_s = usage.ru_utime + usage.ru_stime


def in_turn(checkouts: list[Path], arguments: list[str]) -> list[Contender]:
    """Both run to their end. Raises `SystemExit` where one fails."""
    with tempfile.TemporaryDirectory() as folder:
        contenders = [
            Contender.start(checkout, arguments, f"{folder}/{number}") for number, checkout in enumerate(checkouts)
        ]
        while running := [one for one in contenders if not one.ended]:
            for one in running:
                one.run()
    for one, checkout in zip(contenders, checkouts, strict=True):
        if one.failed:
            raise SystemExit(f"`python -m {' '.join(arguments)}` fails in {checkout}.")
    return contenders


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("arguments", nargs="+")
    given = parser.parse_args()
    checkouts = [given.before.resolve(), given.after.resolve()]
    ratios = []
    for number in range(given.rounds):
        order = checkouts if number % 2 == 0 else checkouts[::-1]  # who begins meets a colder machine
        found = dict(zip(order, in_turn(order, given.arguments), strict=True))
        before, after = (found[checkout] for checkout in checkouts)
        ratios.append(after.seconds / before.seconds)
        people.print(
            f"{before.seconds:7.2f} s -> {after.seconds:7.2f} s ({ratios[-1]:.3f})   "
            f"CPU {before.cpu_s:7.2f} s -> {after.cpu_s:7.2f} s ({after.cpu_s / before.cpu_s:.3f})"
        )
    people.print(f"after/before, median of {given.rounds}: {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()

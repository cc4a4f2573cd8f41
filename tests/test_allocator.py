import os
import subprocess
import sys

import pytest

from core import allocator
from tests.test_architecture import ROOT

needs_gnu = pytest.mark.skipif(allocator._of_c_library("mallopt") is None, reason="another C library")
BLOCKS = """
import core, torch, resource
def use():
    torch.empty(20_000_000).fill_(1.0)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
first = use()
print([use() for _ in range(5)][-1] - first)
"""
RESIDENT = """
import core, torch
from core.allocator import give_back
def resident():
    return int(open("/proc/self/statm").read().split()[1])
def blocks():
    return [torch.ones(5_000_000) for _ in range(20)], torch.ones(100)  # the last one lies behind them
made, last = blocks()
del made
kept = resident()
give_back()
print(kept - resident())
"""


def run(code, switch=None):
    environment = {key: value for key, value in os.environ.items() if key != allocator.SWITCH}
    environment |= {} if switch is None else {allocator.SWITCH: switch}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(("set_by_user", "expected"), [(None, "1"), ("0", "0")])
def test_torch_is_told_to_ask_for_large_pages_before_it_is_loaded(set_by_user, expected):
    code = f"import core, os, sys; print(os.environ['{allocator.SWITCH}'], 'torch' in sys.modules)"
    assert run(code, set_by_user) == [expected, "False"]


@needs_gnu
def test_large_blocks_are_used_again_instead_of_being_handed_out_page_by_page():
    assert int(run(BLOCKS)[0]) < 40_000  # some systems take away memory that is not used
    assert int(run(BLOCKS, "0")[0]) > 50_000  # 5 blocks of 80 MB in pages of 4 KB


@needs_gnu
def test_what_is_free_is_given_back():
    assert int(run(RESIDENT)[0]) > 50_000  # of 400 MB, in pages of 4 KB


@pytest.mark.parametrize(("set_by_user", "asked"), [(None, 3), ("1", 3), ("0", 0), ("", 0)])
def test_a_user_has_memory_as_it_comes(monkeypatch, set_by_user, asked):
    calls = []
    monkeypatch.setattr(allocator, "_of_c_library", lambda name: lambda *settings: calls.append((name, settings)))
    monkeypatch.delenv(allocator.SWITCH, raising=False)
    if set_by_user is not None:
        monkeypatch.setenv(allocator.SWITCH, set_by_user)
    allocator.keep_freed_memory()
    assert len(calls) == asked
    assert {name for name, _ in calls} <= {"mallopt"}


def test_another_c_library_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(allocator, "_of_c_library", lambda name: None)
    allocator.keep_freed_memory()
    allocator.give_back()

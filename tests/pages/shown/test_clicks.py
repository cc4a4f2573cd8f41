"""What buttons and inputs do: where they lead, what is asked of the engine, and what is remembered."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import streamlit as st

from pages.ui.session import engine
from pages.ui.session.state import Draft
from tests.pages.shown import ground
from tests.pages.shown.actions import PAGES
from tests.pages.shown.described import digest
from tests.recorded import Recorded

world = ground.world
_SHORT_HASH = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{12}\b")
RECORDED = Recorded(Path(__file__).with_name("clicks.txt"))
PASSED_OVER = (
    "form:",
    "tab",
    "entered",
    "data:gallery-items",
    "augment:good",
    "augment:told",
    "augment:nodes",
    "data:way",
)


def kept(world, at):
    """What the session remembers, the draft by its fields."""
    found = {}
    for key, value in at.session_state._state.filtered_state.items():
        name = key.removeprefix("graft:")
        if name == key:
            continue  # of a widget
        if type(value) is Draft:
            found |= {f"{name}.{one.name}": getattr(value, one.name) for one in fields(value)}
        elif not name.startswith(PASSED_OVER):
            found[name] = value
    return {name: said(world, value) for name, value in sorted(found.items())}


def said(world, value):
    """A value in words; of a long one the beginning, and a digest of all of it."""
    plain = not is_dataclass(value) or type(value).__name__ in ("Outcome", "Asking")
    text = _SHORT_HASH.sub("#", world.same_everywhere(repr(value) if plain else type(value).__name__))
    return text if len(text) < 400 else f"{text[:200]} … {digest(text)}"


def acted(world, open_page, act):
    """Lines for what an action did on the page that `open_page` opens."""
    world.manager = ground.Manager()
    went = []

    def go(page, query_params=None):
        went.append(f"went to {page}" + (f" with {query_params}" if query_params else ""))
        st.stop()

    world.patch.setattr(st, "switch_page", go)
    at = open_page(world)
    before, asked, address = kept(world, at), len(world.manager.analyses.asked), dict(at.query_params)
    names = [(run.id, run.name, run.status.value) for run in engine.workspace().store.runs()]
    world.manager.asked.clear()
    act(at)
    at.run()
    assert not at.exception, at.exception
    after = kept(world, at)
    lines = [*went, *(f"asked {one[0]} {[said(world, part) for part in one[1:]]}" for one in world.manager.asked)]
    lines += [f"analysed {key[0]}" for key in world.manager.analyses.asked[asked:]]
    lines += [f"cancelled {key[0]}" for key in world.manager.analyses.cancelled]
    lines += [f"{name} = {after[name]}" for name in after if after[name] != before.get(name)]
    lines += [f"{name} is forgotten" for name in before if name not in after]
    lines += [f"address: {dict(at.query_params)}"] if dict(at.query_params) != address else []
    now = [(run.id, run.name, run.status.value) for run in engine.workspace().store.runs()]
    lines += [f"runs: {now}"] if now != names else []
    lines += [f"said: {one.value}" for kind in ("error", "toast") for one in getattr(at, kind)]
    return [world.same_everywhere(line) for line in lines]


ACTIONS = [(page, action) for page, (_, actions) in PAGES.items() for action in actions]


@pytest.mark.parametrize(("page", "action"), ACTIONS)
def test_it_does_what_it_always_did(page, action, world):
    RECORDED.check(f"{page}: {action}", "\n".join(acted(world, PAGES[page][0], PAGES[page][1][action])))


def test_nothing_else_is_recorded():
    RECORDED.check_all_are_used([f"{page}: {action}" for page, action in ACTIONS])

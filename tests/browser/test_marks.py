"""The `browser` marker covers every test that drives a browser, and no other."""

import pytest


def test_every_test_that_comes_to_the_browser_is_marked(request):
    here = [item for item in request.session.items if request.path.parent in item.path.parents]
    assert [
        item.name for item in here if ("browser" in item.fixturenames) != bool(item.get_closest_marker("browser"))
    ] == []


@pytest.mark.parametrize(("takes", "marked"), [("page", 1), ("new_page", 1), ("browser", 1), ("server", 0)])
def test_whichever_fixture_leads_to_it(request, takes, marked):
    module = next(plugin for plugin in request.config.pluginmanager.get_plugins()
                  if getattr(plugin, "__file__", None) == str(request.path.parent / "conftest.py"))  # fmt: skip
    closure = request.session._fixturemanager.getfixtureclosure(request.node.parent, (takes,), ())[0]
    found = []
    item = type(
        "Item", (), {"path": request.path, "fixturenames": closure, "add_marker": lambda self, m: found.append(m)}
    )
    module.pytest_collection_modifyitems([item()])
    assert [mark.name for mark in found] == ["browser"] * marked


def test_nobody_else_drives_one(request):
    """Playwright is imported by the fixtures of this folder alone."""
    root = request.path.parents[1]
    users = [path for path in root.rglob("*.py") if "playwright" in path.read_text(encoding="utf-8")]
    assert {path.relative_to(root).parts[0] for path in users} <= {"browser", "benchmarks"}

"""Names from users are shown exactly as typed, and nothing in them comes alive."""

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parent / "apps" / "literal_text.py"
JOINER = "\u2060"


@pytest.fixture(scope="module")
def names() -> tuple[str, ...]:
    statements = ast.parse(APP.read_text(encoding="utf-8")).body
    return next(
        ast.literal_eval(one.value)
        for one in statements
        if isinstance(one, ast.Assign) and one.targets[0].id == "NAMES"
    )


@pytest.fixture(scope="module")
def text_server(start_server):
    return start_server(APP)


def test_names_are_shown_as_typed(page, text_server, names, screenshots):
    dialogs, asked = [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url) if "example.org" in request.url else None)
    page.goto(text_server.url)
    page.get_by_role("button", name="Go to training").wait_for()
    shown = [
        page.locator(f".st-key-{place}-{number}").inner_text().replace(JOINER, "").strip()
        for place in ("name", "label")
        for number in range(len(names))
    ]
    assert shown == [*names, *names]
    for place in (".st-key-markdown", ".st-key-labels"):
        assert (
            page.locator(f"{place} :is(a, img, .katex, code, strong, em, del, mark, h1, blockquote, table)").count()
            == 0
        )
    assert (dialogs, asked) == ([], [])
    page.screenshot(path=screenshots / "literal-text.png", full_page=True)

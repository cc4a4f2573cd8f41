"""The estimate includes the start of a run, and no download, which happens once."""

from core.runs import trial as module
from core.training.estimate import Estimate
from core.work.progress import Progress


def test_the_start_is_part_of_the_estimate_and_a_download_is_not(monkeypatch):
    now = [0.0]

    def trial(*_):
        now[0] += 2.0
        yield Progress(what="reading images", done=0, total=1)
        now[0] += 3.0
        yield Progress(what=module.DOWNLOADING, done=0, total=9)
        now[0] += 500.0
        yield Progress(what="loading the model", done=0, total=1)
        now[0] += 7.0
        return "setup"

    monkeypatch.setattr(module, "trial", trial)
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "estimate", lambda setup, control: Estimate(20.0, 90.0, 5))
    measuring = module.measure(None, None, "cpu", None)
    messages = []
    found = None
    while found is None:
        try:
            messages.append(next(measuring).what)
        except StopIteration as ended:
            found = ended.value
        now[0] += 1000.0  # what whoever listens does meanwhile
    assert messages == ["reading images", module.DOWNLOADING, "loading the model", "measuring"]
    assert found == Estimate(32.0, 102.0, 5)

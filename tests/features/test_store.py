"""What is kept comes back as it was, or not at all."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

from core import files
from core.errors import StorageFailed
from core.features.store import STALE_S, Block, FeatureStore, Layout
from core.files import folder_bytes

ROOT = Path(__file__).parents[2]
KEY = "0123abcd"
DIGESTS = ["a", "b", "c", "d"]


def features(shape=(4, 6), dtype=torch.float32, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def a_block(values=None, digests=DIGESTS):
    values = features() if values is None else values
    block = Block.empty(Layout.of(values), len(values))
    block.add(digests, values)
    return block


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "features"


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize(
    "arranged",
    [
        pytest.param(features((4, 6)), id="pooled"),
        pytest.param(features((4, 6, 5, 3)), id="map"),
        pytest.param(features((4, 6, 5, 3)).to(memory_format=torch.channels_last), id="channels-last"),
        pytest.param(features((4, 5, 6)), id="tokens"),
        pytest.param(features((4, 6, 5)).transpose(1, 2), id="tokens-of-a-flattened-map"),
        pytest.param(features((4, 5, 3, 6)).permute(0, 3, 2, 1), id="across"),
    ],
)
def test_values_number_format_and_arrangement_come_back(folder, arranged, dtype):
    values = arranged.to(dtype)
    assert values.stride() == arranged.stride()
    FeatureStore(folder).save(KEY, a_block(values))
    for block in (a_block(values), FeatureStore(folder).load(KEY)):
        assert block.digests == DIGESTS
        back = block.get(DIGESTS)
        assert (back.dtype, back.shape, back.stride()) == (values.dtype, values.shape, values.stride())
        assert torch.equal(back, values)
        assert torch.equal(block.get(["d", "a", "d"]), values[[3, 0, 3]])


def test_a_block_knows_what_it_holds_and_what_is_given_out_is_a_copy():
    block = a_block()
    assert "a" in block
    assert "e" not in block
    with pytest.raises(KeyError):
        block.get(["a", "e"])
    block.get(["a"]).zero_()
    assert torch.equal(block.get(["a"]), features()[:1])
    with pytest.raises(IndexError, match="full"):
        block.add(["e"], features((1, 6)))
    assert block.digests == DIGESTS


def test_a_grown_block_has_its_rows_and_room_for_more():
    values = features((6, 6))
    small = a_block(values[:4])
    block = small.grown(2)
    block.add(["e", "f"], values[4:])
    assert torch.equal(block.get([*DIGESTS, "e", "f"]), values)
    assert (len(small), small.capacity, len(block), block.capacity) == (4, 4, 6, 6)


def test_rows_without_an_image_are_not_kept(folder):
    block = Block.empty(Layout.of(features()), 50)
    block.add(DIGESTS, features())
    FeatureStore(folder).save(KEY, block)
    assert (folder / f"{KEY}.rows").stat().st_size == 4 * 6 * 4
    assert torch.equal(FeatureStore(folder).load(KEY).get(DIGESTS), features())


def test_what_was_never_kept_is_not_there(folder):
    assert FeatureStore(folder).load(KEY) is None
    assert not folder.exists() or folder_bytes(folder) == 0
    FeatureStore(folder).save(KEY, a_block())
    assert FeatureStore(folder).load("another") is None
    assert folder_bytes(folder) > 4 * 6 * 4


def rows(damage):
    return lambda folder: (folder / f"{KEY}.rows").write_bytes(damage((folder / f"{KEY}.rows").read_bytes()))


def facts(**changes):
    def apply(folder):
        path = folder / f"{KEY}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return apply


DAMAGE = {
    "shorter": rows(lambda content: content[:-1]),
    "longer": rows(lambda content: content + b"\0"),
    "empty": rows(lambda content: b""),
    "another byte": rows(lambda content: content[:7] + bytes([content[7] ^ 1]) + content[8:]),
    "no rows": lambda folder: (folder / f"{KEY}.rows").unlink(),
    "no facts": lambda folder: (folder / f"{KEY}.json").unlink(),
    "facts cut": lambda folder: (folder / f"{KEY}.json").write_text('{"shape": [6'),
    "facts that are bytes": lambda folder: (folder / f"{KEY}.json").write_bytes(b"\xff\xfe\x00"),
    "facts that are a list": lambda folder: (folder / f"{KEY}.json").write_text("[1, 2]"),
    "no digests": facts(digests=None),
    "fewer digests": facts(digests=DIGESTS[:3]),
    "another shape": facts(shape=[5]),
    "a shape of words": facts(shape=["six"]),
    "another order": facts(order=[3]),
    "another format": facts(dtype="torch.bfloat16"),
    "an unknown format": facts(dtype="torch.int4"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_block_is_no_block_and_can_be_kept_anew(folder, damage):
    store = FeatureStore(folder)
    store.save(KEY, a_block())
    assert store.load(KEY) is not None
    DAMAGE[damage](folder)
    assert store.load(KEY) is None
    store.save(KEY, a_block())
    assert torch.equal(store.load(KEY).get(DIGESTS), features())


def test_the_blocks_not_used_the_longest_make_room(folder):
    size = 4 * 6 * 4
    store = FeatureStore(folder, disk_bytes=3 * size)
    for age, key in enumerate("abc"):
        store.save(key, a_block())
        for path in folder.glob(f"{key}.*"):
            os.utime(path, (1000 + age, 1000 + age))
    store.load("a")  # used again
    store.save("d", a_block())
    assert [key for key in "abcd" if store.load(key)] == ["a", "c", "d"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{key}.{kind}" for key in "acd" for kind in ("rows", "json")
    )
    store.prune(0)
    assert list(folder.iterdir()) == []


def test_a_block_larger_than_the_budget_is_not_kept_and_nothing_goes_for_it(folder):
    store = FeatureStore(folder, disk_bytes=100)
    store.save("small", a_block())
    store.save("large", a_block(features((4, 7))))
    assert store.load("large") is None
    assert store.load("small") is not None


def test_a_folder_that_cannot_be_written_fails_as_storage(folder):
    folder.write_text("a file stands there")
    with pytest.raises(StorageFailed):
        FeatureStore(folder).save(KEY, a_block())


def test_threads_that_keep_the_same_block_leave_it_whole(folder):
    failed, seen = [], []

    def save(number):
        try:
            for _ in range(10):
                FeatureStore(folder).save(KEY, a_block())
                seen.append(FeatureStore(folder).load(KEY))
        except Exception as error:
            failed.append(error)

    run_together(save)
    assert not failed
    whole = [block for block in [*seen, FeatureStore(folder).load(KEY)] if block]
    assert all(torch.equal(block.get(DIGESTS), features()) for block in whole)
    assert FeatureStore(folder).load(KEY) is not None


def test_threads_that_make_room_at_once_do_not_fail(folder):
    failed = []

    def save(number):
        try:
            for n in range(15):
                FeatureStore(folder, disk_bytes=200).save(f"{number}-{n}", a_block())
        except Exception as error:
            failed.append(error)

    run_together(save)
    assert not failed
    FeatureStore(folder).prune(200)
    assert sum(path.stat().st_size for path in folder.glob("*.rows")) <= 200


def run_together(work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


SAVER = """
import sys
from pathlib import Path
import torch
from core.features.store import Block, FeatureStore, Layout
values = torch.randn((4, 6), generator=torch.Generator().manual_seed(0))
for _ in range(50):
    block = Block.empty(Layout.of(values), 4)
    block.add(["a", "b", "c", "d"], values)
    FeatureStore(Path(sys.argv[1])).save("0123abcd", block)
"""


@pytest.mark.slow
def test_processes_that_keep_the_same_block_leave_it_whole(folder):
    command = [sys.executable, "-c", SAVER, str(folder)]
    savers = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    while any(saver.poll() is None for saver in savers):
        block = FeatureStore(folder).load(KEY)
        assert block is None or torch.equal(block.get(DIGESTS), features())
        time.sleep(0.005)
    assert [saver.communicate()[1] for saver in savers] == ["", ""]
    assert torch.equal(FeatureStore(folder).load(KEY).get(DIGESTS), features())
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".rows"]


def test_what_killed_saves_left_goes_but_not_what_may_be_at_work(folder):
    store = FeatureStore(folder)
    store.save(KEY, a_block())
    old, young = (folder / f"{files.TEMPORARY_PREFIX}{name}" for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half a block")
    os.utime(old, (time.time() - 2 * STALE_S,) * 2)
    store.save("another", a_block())
    assert not old.exists()
    assert young.exists()
    assert store.load(KEY) is not None


def test_as_many_go_as_must_the_longest_unused_first(folder):
    """Blocks of one, four and two rows, in the order of their use."""
    store = FeatureStore(folder)
    shape = a_block().layout.shape
    for age, (key, rows) in enumerate((("b", 1), ("c", 4), ("a", 2))):
        batch = torch.rand(rows, *shape)
        block = Block.empty(Layout.of(batch), rows)
        block.add([f"{key}{n}" for n in range(rows)], batch)
        store.save(key, block)
        for path in folder.glob(f"{key}.*"):
            os.utime(path, (1000 + age, 1000 + age))
    sizes = {path.stem: path.stat().st_size for path in folder.glob("*.rows")}
    assert sizes == {"a": 2 * sizes["b"], "b": sizes["b"], "c": 4 * sizes["b"]}

    def left():
        return sorted(path.stem for path in folder.glob("*.rows"))

    store.prune(7 * sizes["b"])
    assert left() == ["a", "b", "c"], "just enough room"
    store.prune(7 * sizes["b"] - 1)
    assert left() == ["a", "c"]
    store.prune(5 * sizes["b"])
    assert left() == ["a"]
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "a.rows"]

"""Memory that processes share: the very file that is meant, or none."""

import os
import subprocess
import sys

import pytest

from core import shared
from core.shared import SharedFile
from tests.handles import numbered

CONTENT = b"an image of the user"


def test_a_python_without_files_in_memory_makes_them_elsewhere(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "memfd_create")
    file = SharedFile.create(tmp_path, in_memory=True)
    file.resize(8)
    file.write(b"there", 2)
    assert SharedFile.open(file.address).read(5, 2) == b"there"
    file.close()


@pytest.mark.parametrize("in_memory", [True, False])
def test_what_one_writes_the_other_reads(tmp_path, in_memory):
    made = SharedFile.create(tmp_path, in_memory=in_memory)
    opened = SharedFile.open(made.address)
    opened.write(b"pixels", 3)
    assert made.read(6, 3) == b"pixels"
    assert opened.address == made.address
    made.close()
    assert opened.read(6, 3) == b"pixels"  # who has opened it keeps it


@pytest.mark.skipif(not shared.BY_NUMBER, reason="files have names there")
def test_another_file_under_its_number_is_not_opened(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(CONTENT)
    made = SharedFile.create(in_memory=True)
    address, number = made.address, made._file.fileno()
    made.close()
    with numbered(tmp_path / "photo.jpg", number):
        assert os.path.samefile(address.path, tmp_path / "photo.jpg")
        with pytest.raises(FileNotFoundError, match="gone"):
            SharedFile.open(address)
    assert (tmp_path / "photo.jpg").read_bytes() == CONTENT
    with pytest.raises(FileNotFoundError):
        SharedFile.open(address)


def test_files_in_memory_are_never_taken_for_later_ones():
    seen = set()
    for _ in range(50):  # the number of the handle is the same each time
        made = SharedFile.create(in_memory=True)
        seen.add(made.address)
        made.close()
    assert len(seen) == 50


@pytest.fixture
def refused(monkeypatch, tmp_path):
    """Files have names, in a folder that is returned. The first one is not removed at once, as on Windows."""
    monkeypatch.setattr(shared, "BY_NUMBER", False)
    refusals, unlink = [PermissionError("in use")], os.unlink

    def unlink_later(path):
        if refusals:
            raise refusals.pop()
        unlink(path)

    monkeypatch.setattr(shared.os, "unlink", unlink_later)
    return tmp_path


def test_a_file_that_cannot_be_removed_yet_goes_with_the_next_one(refused):
    first, second = SharedFile.create(refused), SharedFile.create(refused)
    first.close()
    first.close()
    assert len(list(refused.iterdir())) == 2
    SharedFile.open(second.address).close()  # removes nothing: it is another one's
    assert len(list(refused.iterdir())) == 2
    second.close()
    assert not list(refused.iterdir())


def test_a_file_that_could_not_be_removed_goes_when_the_program_ends(tmp_path):
    program = (
        "import os, sys\nfrom core import shared\nshared.BY_NUMBER = False\nunlink = os.unlink\n"
        "def refuse(path): raise PermissionError\n"
        "os.unlink = refuse\nshared.SharedFile.create(sys.argv[1]).close()\nos.unlink = unlink\n"
        "print(len(os.listdir(sys.argv[1])))"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["1"]
    assert not list(tmp_path.iterdir())

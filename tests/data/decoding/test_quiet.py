"""Nothing that a library has to say about a file reaches a user's terminal."""

import subprocess
import sys

from tests.test_architecture import ROOT

CODE = """
import importlib.util, numpy
spec = importlib.util.spec_from_file_location("mutated", "tests/data/decoding/test_mutated.py")
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)
from core.data.images import decode
from core.errors import UnreadableImage

rng = numpy.random.default_rng(11)
refused = 0
for data in made.make_wholes().values():
    for mutation in made.MUTATIONS:
        for _ in range(2):
            try:
                decode(mutation(data, rng))
            except UnreadableImage:
                refused += 1
print(refused)
"""


def test_a_terminal_sees_no_line_of_a_library():
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) > 100

"""What differs between tasks: the target of an image, the head's width, the loss, what "correct" means, the scores.

`base.py` is the protocol, `registry.py` the one place that knows every task, and each task has a folder. Files named
`scores.py` and `scorecard.py` import no torch: result pages must not wait for it.
"""

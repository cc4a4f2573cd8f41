"""`python -m core` is the `graft` command."""

from core.cli import main

main()

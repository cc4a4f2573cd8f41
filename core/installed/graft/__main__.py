"""`python -m graft` is the command `graft`."""

from graft import main

main()

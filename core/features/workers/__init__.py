"""Processes that make views: threads would share one interpreter, which gives some 1,500 views a second at most."""

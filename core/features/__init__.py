"""Views through a frozen prefix, computed once and kept."""

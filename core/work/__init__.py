"""What anything long has in common: how it is steered, its progress, and the queue of short analyses."""

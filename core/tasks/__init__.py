"""What a task decides: head, loss, metrics, targets."""

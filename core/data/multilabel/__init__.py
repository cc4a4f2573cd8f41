"""What is different where an image may have several labels: copies, and the division into parts."""

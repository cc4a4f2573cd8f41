"""Any number of classes per image, also none."""

"""How many images of each class go into which part, and how images with several labels are dealt."""

"""Ways in which people keep labelled images in folders."""

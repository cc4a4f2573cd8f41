"""What belongs together though it is several files: versions of one image, companions, images of one subject."""

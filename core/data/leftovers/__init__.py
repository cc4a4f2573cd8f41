"""What systems, programs and this one leave among images, and images that are passed over with them."""

"""Tools of this checkout; the package does not need them."""

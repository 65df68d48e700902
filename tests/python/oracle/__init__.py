"""An independent recomputation of the warehouse in plain Python, used to check its tables."""

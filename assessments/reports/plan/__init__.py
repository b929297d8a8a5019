"""The plan of a municipality: what is to be done in all its projects, by when, and which gate it serves."""

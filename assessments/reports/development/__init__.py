"""How a municipality and its projects moved over the years, from what was approved alone."""

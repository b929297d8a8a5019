"""What was approved, kept: the record of a round, its files, and the way back from it to a profile."""

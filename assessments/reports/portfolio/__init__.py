"""All projects of a municipality at a glance: what was approved of each, beside what runs and what is due."""

"""Many people at once: a table of addresses, names, roles and projects, shown before it changes anything."""

"""The trail: what happened, by whom, in rows that are only added and sealed in a chain (docs/decisions.md, "Trail")."""

"""Everything that people entered in one file, and back: tables, uploads, templates of one's own (docs/operation.md)."""

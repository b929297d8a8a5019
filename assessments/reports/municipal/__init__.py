"""A municipality as one picture: what it says of itself, beside what its projects show. Never mixed into one mean."""

"""Short, unguessable ids for addresses."""

import secrets

# Without vowels and look-alikes: no words by accident, and easy to read out.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
LENGTH = 10  # 27^10 ≈ 2 · 10^14: guessing is hopeless, and rights are checked all the same


def new_public_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

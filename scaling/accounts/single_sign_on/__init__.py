"""Signing in with the account of the town hall (OpenID Connect): which providers, who is let in, and allauth's side of it."""

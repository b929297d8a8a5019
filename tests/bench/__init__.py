"""Benchmarks. Django is set up only for what the app says of itself, such as the demo's password; data is the server's."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
django.setup()

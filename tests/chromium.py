"""The browser that tests and pictures use: Debian's chromium."""

import os
import shutil

#: The shell without a window takes a third of the whole browser's processor time for the same pages.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
WHERE_MISSING = "no chromium found: install it (Debian: apt-get install chromium-headless-shell) or name it by CHROMIUM=/path"

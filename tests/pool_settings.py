"""The app's settings with psycopg's own pool, of ``POOL_SIZE`` connections for each process. Measured, not used."""

import os

from scaling.settings import *  # noqa: F403

DATABASE = DATABASES["default"]  # noqa: F405
DATABASE["CONN_MAX_AGE"] = 0
DATABASE["OPTIONS"]["pool"] = {"min_size": 1, "max_size": int(os.environ["POOL_SIZE"]), "timeout": 10}

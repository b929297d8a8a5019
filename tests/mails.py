"""Mails leave once their transaction has committed, which that of a test never does."""

from functools import partial

from django.test import TestCase

#: ``with mails_leave(): …`` sends what was put off meanwhile.
mails_leave = partial(TestCase.captureOnCommitCallbacks, execute=True)

"""Mails about accounts are sent beside the request (``scaling/accounts/adapter.py``): a test has to wait for them."""

import threading


def wait_for_mails():
    for thread in threading.enumerate():
        if thread.name == "account-mail":
            thread.join(5)

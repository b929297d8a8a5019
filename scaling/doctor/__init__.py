"""``manage.py doctor``: is this installation in order, and what is to be done if not? One module a part of it."""

"""Germany as test data: municipalities, projects, rounds and records by the ten thousand, the same ones each time.

A few pattern projects are made by the service functions, with words of the demo (``patterns``); municipalities with people
(``places``) each get copies of them, written by the database itself (``copies``). Command: ``manage.py make_load_data``.
"""

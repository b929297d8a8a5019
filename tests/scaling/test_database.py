import pytest
from django.db import connection

from scaling.accounts.models import Municipality


@pytest.mark.django_db
def test_statement_that_comes_again_is_prepared():
    for ags in ("03999001", "03999002", "03999003", "03999004", "03999005"):
        assert not Municipality.objects.filter(ags=ags).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts_municipality%'")
        assert cursor.fetchone() == (1,)

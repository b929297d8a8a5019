def test_cast(alice, bob, charlie, dora, rita):
    assert len({alice.pk, bob.pk, charlie.pk, dora.pk, rita.pk}) == 5

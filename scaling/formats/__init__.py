"""How dates are written where Django's own choice is not ours. German ones are Django's."""

"""Among peers: a municipality's own values beside the quartiles of others, none of which can be told apart."""

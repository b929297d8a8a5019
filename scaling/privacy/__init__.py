"""What the law asks for: a person's data, their leaving, how long what is kept, a municipality's data and its end."""

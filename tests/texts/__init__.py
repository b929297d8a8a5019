"""Rules for the catalogue's texts: ``measures`` counts, ``rules`` judges, ``files`` reads and prints."""

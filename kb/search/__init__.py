"""Searching: the query language, the thesaurus, and the index engines behind one protocol."""

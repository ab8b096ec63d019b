"""The engine's index as arrays: how they lie in files, and how queries are answered from them."""

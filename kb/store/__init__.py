"""The truth: the catalogue and the immutable originals. SQL lives in this package only."""

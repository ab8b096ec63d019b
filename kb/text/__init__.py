"""Japanese text: normalising, repairing, analysing, dates and snippets."""

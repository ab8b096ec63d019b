"""How well searching works: test sets, measures, runs and their comparison."""

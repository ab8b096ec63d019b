"""For authors of plugins: skeletons to begin with, and the conformance suite that tells whether one keeps the contract.

Both are on the command line (``kb plugin new``, ``kb plugin check``); the suite is for tests, too (``kb.testing``).
"""

"""Fixtures for all tests."""

pytest_plugins = ["kb.testing"]

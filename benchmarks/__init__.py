"""Figures that anyone can run again."""

"""Servers in Python; they run in an environment of their own, with `scripts` on their path."""

"""Benchmarks: what requests cost beside the statements that answer them, and beside the simplest request of all."""

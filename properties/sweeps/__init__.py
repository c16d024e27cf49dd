"""Sweeps: a large sample through one subject, rates with intervals, gates and comparisons."""

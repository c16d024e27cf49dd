"""Strategies for Hypothesis, and the operators that damage a text, from a domain's schema."""

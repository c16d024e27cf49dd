"""Turncheck: QuickCheck for learned engines."""

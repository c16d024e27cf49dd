"""Models in a separate process."""

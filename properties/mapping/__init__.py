"""The brittleness map: how a model answers texts that operators change on purpose, and what to fix next."""

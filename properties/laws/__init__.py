"""The laws: those that every domain gets, and those of the duel."""

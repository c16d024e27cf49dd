"""The laws of a duel, the tests that wrap them, the pytest plugin, the subject under test."""

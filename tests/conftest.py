"""What all tests share: `pytester`, which runs a pytest session within a test."""

pytest_plugins = "pytester"

"""Fixtures for the tests of the examples' domains."""

import ast

import pytest


def _docstrings(tree):
    """The numbers of the lines of docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            yield from range(node.body[0].lineno, node.body[0].end_lineno + 1)


@pytest.fixture
def lines_of_code():
    """Counts the lines of a file that are neither empty nor part of a docstring."""

    def count(path):
        text = path.read_text(encoding="utf-8")
        docstrings = set(_docstrings(ast.parse(text)))
        return sum(
            bool(line.strip()) and number not in docstrings for number, line in enumerate(text.splitlines(), start=1)
        )

    return count

"""Schemas whose fields are a user's own."""

from turncheck.engine.fields import Choice, Int
from turncheck.engine.reading import Reader
from turncheck.engine.schema import Schema


class LowestFirst(Int):
    """A number whose digits are written from the lowest to the highest."""

    def write(self, value):
        return super().write(value)[::-1]

    def read(self, text):
        return super().read(text[::-1])


class Loud(Choice):
    """A word that is written in capitals."""

    @property
    def pattern(self):
        return super().pattern.upper()

    def write(self, value):
        return value.upper()

    def read(self, text):
        return text.lower()


def test_a_field_derived_from_a_number_writes_and_reads_in_its_own_way():
    schema = Schema("{a}+{b}", a=LowestFirst(0, 99), b=Int(0, 99))
    assert schema.write({"a": 12, "b": 34}) == "21+34\n"
    assert Reader(schema).values("21+34\n") == (12, 34)


def test_a_field_derived_from_a_choice_writes_and_reads_in_its_own_way():
    schema = Schema("{answer}", answer=Loud("yes", "no"))
    assert schema.write({"answer": "no"}) == "NO\n"
    assert Reader(schema).values("NO\n") == ("no",)

"""Numbers on the command line: what is accepted, and the one-line errors for everything else."""

import click
import pytest
from click.testing import CliRunner

from turncheck.arguments import LONGEST_LINE, RATE, SECONDS, Whole, quoted, shortened
from turncheck.cli import main

LONG = "9" * 5000
SHOWN = f"'{LONG[:40]}...' (5,000 characters)"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Whole(0, 100_000), "0", 0),
        (Whole(0, 100_000), " 12 ", 12),
        (Whole(0, 100_000), "+7", 7),
        (Whole(0, 100_000), "100_000", 100_000),
        (Whole(-5, 5), "-5", -5),
        (Whole(0, 100_000), 200, 200),
        (RATE, "0.02", 0.02),
        (RATE, ".5", 0.5),
        (RATE, "1", 1.0),
        (RATE, "1e-3", 0.001),
        (RATE, 0.5, 0.5),
        (SECONDS, "2.5", 2.5),
        (SECONDS, "1000000", 1_000_000.0),
    ],
)
def test_a_number_in_its_range_is_read(kind, text, value):
    read = kind.convert(text, None, None)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (Whole(1, 1000), "", "it must be a whole number, 1..1,000, got ''"),
        (Whole(1, 1000), "0", "it must be a whole number, 1..1,000, got '0'"),
        (Whole(1, 1000), "1,000", "it must be a whole number, 1..1,000, got '1,000': write 1000"),
        (Whole(1, 1000), "1e2", "it must be a whole number, 1..1,000, got '1e2': write 100"),
        (Whole(1, 1000), "1e9", "it must be a whole number, 1..1,000, got '1e9'"),
        (Whole(1, 1000), "1.5", "it must be a whole number, 1..1,000, got '1.5'"),
        (Whole(1, 1000), "٣", "it must be a whole number, 1..1,000, got '٣'"),
        (Whole(1, 1000), "\x1b[1m", "it must be a whole number, 1..1,000, got '\\x1b[1m'"),
        (Whole(1, 1000), LONG, f"it must be a whole number, 1..1,000, got {SHOWN}"),
        (RATE, "2%", "it must be a rate, 0..1, got '2%': write 0.02"),
        (RATE, "0.1 %", "it must be a rate, 0..1, got '0.1 %': write 0.001"),
        (RATE, "0,02", "it must be a rate, 0..1, got '0,02': write 0.02"),
        (RATE, "2", "it must be a rate, 0..1, got '2'"),
        (RATE, "200%", "it must be a rate, 0..1, got '200%'"),
        (RATE, "-0.1", "it must be a rate, 0..1, got '-0.1'"),
        (RATE, "nan", "it must be a rate, 0..1, got 'nan'"),
        (RATE, "1e999", "it must be a rate, 0..1, got '1e999'"),
        (RATE, LONG, f"it must be a rate, 0..1, got {SHOWN}"),
        (SECONDS, "0", "it must be seconds, 0.001..1,000,000, got '0'"),
        (SECONDS, "inf", "it must be seconds, 0.001..1,000,000, got 'inf'"),
        (SECONDS, "1,5", "it must be seconds, 0.001..1,000,000, got '1,5': write 1.5"),
    ],
)
def test_what_is_no_such_number_is_told_with_what_to_write(kind, text, message):
    with pytest.raises(click.UsageError) as caught:
        kind.convert(text, None, None)
    assert str(caught.value) == message


NUMBERS = [
    (name, option)
    for name, command in main.commands.items()
    for parameter in command.params
    for option in parameter.opts
    if isinstance(parameter.type, Whole | type(RATE))
]


def required(command):
    """What a command cannot do without."""
    needed = [each for each in main.commands[command].params if each.required]
    return [f"{each.opts[0]}=new" if isinstance(each, click.Option) else "new" for each in needed]


def test_every_number_of_every_command_is_read_so():
    ranged = (click.types.IntParamType, click.types.FloatParamType)
    assert len(NUMBERS) > 10
    assert [
        each for command in main.commands.values() for each in command.params if isinstance(each.type, ranged)
    ] == []


@pytest.mark.parametrize(("command", "option"), NUMBERS)
@pytest.mark.parametrize("value", [LONG, "-1", "2%x", "\U000e0001"])
def test_a_number_that_cannot_be_is_one_line_and_ends_with_4(command, option, value):
    result = CliRunner().invoke(main, [command, *required(command), f"{option}={value}"], prog_name="turncheck")
    assert (result.exit_code, result.stdout) == (4, "")
    *usage, blank, line = result.stderr.splitlines()
    assert (len(usage), blank) == (2, "")
    assert line.startswith(f"Error: {option} must be ")
    assert len(line) < 200


@pytest.mark.parametrize("command", ["check", "conform", "evaluate", "map", "prompts", "show", "sweep"])
@pytest.mark.parametrize("value", [LONG, f"[{LONG}]", f"{{a = {LONG}}}"])
def test_a_number_of_thousands_of_digits_beside_a_model_is_one_line(command, value):
    result = CliRunner().invoke(
        main, [command, *required(command), "--model-arg", f"seed={value}"], prog_name="turncheck"
    )
    line = f"Error: --model-arg 'seed' must be no such number, got {quoted(value)}"
    assert (result.exit_code, result.stdout, result.stderr.splitlines()[-1]) == (4, "", line)


def test_a_spec_of_thousands_of_digits_is_cut_in_its_error():
    result = CliRunner().invoke(main, ["evaluate", "--model", f"noisy:{LONG}"], prog_name="turncheck")
    assert (result.exit_code, result.stdout) == (4, "")
    assert len(result.stderr) < LONGEST_LINE + 20


def test_what_is_long_is_cut_in_its_middle():
    assert shortened("a" * LONGEST_LINE) == "a" * LONGEST_LINE
    assert shortened("a" * 5000 + "way out") == f"{'a' * 600} ... {'a' * 593}way out"

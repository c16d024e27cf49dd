"""Brittleness maps to show: one of a model that breaks, and one of a model that never learned to reject."""

from turncheck.reports.brittleness import UNDAMAGED, Advice, CellResult, MappedModel, MapResult, Portion


def portion(name, count, of):
    """A part with the interval of a half to a double, which is none that anybody computed."""
    share = count / of
    return Portion(name, count, of, share / 2, min(1.0, share * 2))


def cell(operator, strength=1, *, family="labels", kind="malformed", trained=None, has_right=True, right=40, **parts):
    """A cell of 50 texts; what is not right fails in the mode that its kind has."""
    mode = parts.get("mode", "silent_acceptance" if kind == "malformed" else "wrong_value")
    wrong = 50 - right
    fates = (portion("repairs", wrong, 50), portion("collapses", 0, 50), portion("drifts", 0, 50))
    return CellResult(
        operator,
        family,
        strength,
        kind,
        trained,
        50,
        2,
        has_right,
        portion("right", right, 50),
        (portion(mode, wrong, 50),) if wrong else (),
        fates if kind == "malformed" else (),
        {"unknown_label": 50} if kind == "malformed" else {},
    )


def plain():
    return cell(UNDAMAGED, 0, family="", kind="plain", right=45)


BREAKS = MapResult(
    "mixed",
    7,
    50,
    "turn",
    3000,
    3000,
    ("mixed", "play"),
    ("unknown_label",),
    True,
    (
        plain(),
        cell("misspelt label", 1, trained=False),
        cell("misspelt label", 2, trained=False, right=0),
        cell("unknown_label", 1, family="reject reasons", trained=True, right=50),
        cell("orders swapped", 1, family="orders", kind="valid", right=44),
        cell("| hostile \x1b[31m <b>", 1, family="<i>\x1b", trained=False, right=10),
    ),
    (cell("changed cases", 0, family="", kind="valid", right=44), cell("malformed", 0, family="", right=30)),
    (
        Advice("rule", "S4", portion("S4", 9, 50), None, None, "rule S4: as if it did not exist in 18.0% of 50"),
        Advice("region", "hero.thorns is above 0", portion("here", 9, 50), portion("elsewhere", 1, 50), 0.02,
               "where hero.thorns is above 0: 18.0% of 50 wrong, elsewhere 2.0% of 50"),
    ),
    ("it was trained on the wording duel/1 alone",),
)  # fmt: skip

NEVER_REJECTS = MapResult(
    "mixed",
    7,
    50,
    "turn",
    2500,
    3000,
    None,
    None,
    False,
    (plain(), cell("misspelt label", 1, has_right=False, right=0)),
)

MODELS = (
    MappedModel("breaks \x1b[31m", "py", None, "duel/1", "duel/1", BREAKS),
    MappedModel("never rejects", "py", "ab" * 32, "duel/1", "duel/1", NEVER_REJECTS),
)

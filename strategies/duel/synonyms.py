"""Other words for the words of the duel, as players of other games would say them. None is a word of the grammar."""

# fmt: off
SYNONYMS = {
    "turn":          ("round", "move", "step"),
    "hero":          ("player", "self", "me"),
    "foe":           ("enemy", "opponent", "rival"),
    "hp":            ("health", "life", "hit_points"),
    "shield":        ("ward", "block", "armor"),
    "poison":        ("venom", "toxin"),
    "burn":          ("scorch", "fire", "flame"),
    "regen":         ("regeneration", "renew", "recovery"),
    "thorns":        ("spikes", "barbs"),
    "stun":          ("daze", "paralysis"),
    "fragile":       ("vulnerable", "brittle", "weak"),
    "cd":            ("cooldown", "cooldowns", "wait_for"),
    "heal":          ("mend", "cure"),
    "guard":         ("defend", "protect"),
    "cleanse":       ("purify", "dispel"),
    "poison_strike": ("venom_strike", "toxic_strike", "poison_attack"),
    "ignite":        ("kindle", "set_fire"),
    "brace":         ("prepare", "steel"),
    "do":            ("order", "act", "perform"),
    "attack":        ("strike", "hit", "slash"),
    "wait":          ("pass", "rest", "skip"),
}
# fmt: on

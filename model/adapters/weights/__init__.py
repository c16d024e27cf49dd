"""Models that are files of weights: the greedy loop, drafts in one pass, and the format of each kind of file."""

"""Models that are files of weights: the greedy loop, drafts in one pass, and what each format holds."""

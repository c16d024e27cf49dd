"""The pytest session: options, models, kept witnesses, the baseline, the table at the end."""

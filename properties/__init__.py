"""Laws, what holds a model against them, sweeps, the pytest session."""

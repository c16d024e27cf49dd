"""Laws, checking models against laws, sweeps, the pytest session."""

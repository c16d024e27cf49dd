"""What a check found: failure modes, records of divergences, the table, and turns shown side by side."""

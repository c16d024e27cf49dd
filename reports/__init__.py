"""The results of a check: failure modes, records of divergences, tables, and turns shown side by side."""

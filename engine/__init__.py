"""The common parts of all engines: domains, schemas, texts, plays, samplers, and the interface of a learned engine."""

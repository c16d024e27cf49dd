"""What all engines share: domains, schemas, texts, plays, samplers, and the interface of a learned engine."""

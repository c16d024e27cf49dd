"""What every engine has in common: domains, schemas, text, plays, samplers; the interface of a learned engine."""

"""Holding a subject against a law: laws as values, cases, counterexamples, shrinking, what each rule did."""

"""Sizing models up: what each can do, beside its bytes."""

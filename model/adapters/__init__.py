"""Adapters: make a learned engine from what a user names; one module for each kind of model."""

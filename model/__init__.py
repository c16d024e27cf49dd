"""Learned engines: the tiny transformer that is trained here, and the adapters for everyone's models (`adapters`)."""

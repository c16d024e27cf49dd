"""Learned engines: the tiny models that are trained here, and the adapters for everyone's models (`adapters`)."""

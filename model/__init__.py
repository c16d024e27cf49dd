"""Learned engines: the tiny transformer that is trained here, and the ways in for anybody's model (`adapters`)."""

"""The ways in: what makes a learned engine of what a user names, one module for each kind of model."""

"""Figures with the command that reproduces them: `python -m bench [name ...]`, never a test."""

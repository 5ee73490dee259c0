"""Bounds on an operation, one file each; all linear in the size of the document."""

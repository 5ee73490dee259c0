"""Pieces with a serial number: the single units that positions count."""

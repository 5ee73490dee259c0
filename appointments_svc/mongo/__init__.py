"""Appointments in MongoDB."""

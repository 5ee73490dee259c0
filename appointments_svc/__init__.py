"""Appointments in shops: kinds of visits, advisors, the slot grid, bookings with products."""

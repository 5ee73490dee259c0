"""What may be done with pieces that have a serial number."""

"""What people are written."""

"""What was ordered, and how far each part of it has come."""

"""What leaves a location in one piece."""

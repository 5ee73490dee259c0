"""What appointments tell the world."""

"""What the use-cases ask for, room by room."""

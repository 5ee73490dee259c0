"""What inventory does, one file per intent."""

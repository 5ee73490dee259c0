"""What inventory knows and decides, in plain Python."""

"""What `python -m gateway compose` reads and writes."""

"""What is kept outside the process: Redis, behind ports."""

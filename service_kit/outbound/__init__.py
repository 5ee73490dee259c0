"""What leaves the system for people: messages, and documents that they can fetch."""

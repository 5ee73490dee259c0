"""The acts of the story, each with its operations."""

"""What a thing costs on a channel."""

"""What makes a service of the other rooms: its settings, its parts, its app, its program."""

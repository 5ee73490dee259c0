"""From a commit in a service to a WebSocket client: how long, how many, at what price."""

"""What has happened: events for machines, a timeline for people."""

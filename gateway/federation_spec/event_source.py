"""The words of our own specification of event sources (`https://tutti.example/events`)."""

SPECIFICATION = "events"
DIRECTIVE = "eventSource"
ARGUMENT_LISTS = ("match", "public")
"""Arguments of the directive that list arguments of the field."""

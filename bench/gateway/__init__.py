"""The gateway bench: CPU for a request, beside other gateways and a hand-written program."""

"""The places that hold stock and the channels that sell it."""

"""The directives of Federation, Link and Join, and how to read each."""

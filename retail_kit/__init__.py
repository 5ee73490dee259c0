"""Values that every retail rule shares; no framework enters here."""

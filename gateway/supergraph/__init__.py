"""What a supergraph says: its text read into frozen records, and the schema clients may see."""

"""What can be sold: one formula, in one order, for answers and for commits."""

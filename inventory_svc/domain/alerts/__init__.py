"""What people are told before it is too late: stock runs low, a source falls silent."""

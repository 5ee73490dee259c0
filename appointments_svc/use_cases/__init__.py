"""What can be done with appointments, one module per intent."""

"""What every process needs in order to run; it holds no business noun."""

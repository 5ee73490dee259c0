"""Who may ask, how much, and what an answer may reveal."""

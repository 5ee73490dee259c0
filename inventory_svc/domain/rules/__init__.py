"""Rules of the stock as data: who may sell how much of what, from where."""

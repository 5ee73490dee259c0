"""Supply that is on its way: announced, promised before it is there, received."""

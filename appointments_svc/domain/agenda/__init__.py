"""When visits are possible: sites, the grid of slots, diaries of days, capacity."""

"""Working time: opening hours, public holidays, closures, cut-offs, exact across DST."""

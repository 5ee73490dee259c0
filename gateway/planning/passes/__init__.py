"""Passes over the drafts of a plan, one file each, in the order of `all_passes`."""

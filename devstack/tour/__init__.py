"""`make tour`: one customer's story, driven through a running stack and told as it happens."""

"""What several kinds of tests share: servers, builders, the stack in one process."""

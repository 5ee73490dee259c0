"""What every command has: an idempotency key, an outcome or a refusal."""

"""Payment providers, each behind the port `PaymentProvider`."""

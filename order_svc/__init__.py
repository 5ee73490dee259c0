"""The order service: customers, orders, fulfilments and parcels."""

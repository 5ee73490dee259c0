"""The sample retailer: sixty shops in France, five thousand SKUs, customers and orders."""

"""A small retailer to try things on: two warehouses, eight shops, a supplier, forty SKUs."""

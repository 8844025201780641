"""The generator's world: a shop with its products, people, visits and orders, and the faults its files can have."""

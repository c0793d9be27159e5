"""Who is born: births by year and decile, single and multiple, how early, how small, with an anomaly or not."""

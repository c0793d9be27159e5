"""What exposures and ethnic group do: ratios with their intervals and grades."""

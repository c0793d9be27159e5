"""How far the quick answers of the page are from full ones."""

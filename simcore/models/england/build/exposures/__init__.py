"""What mothers and babies are exposed to: how common it is, and in which families."""

"""The deaths that the model is solved to: published tables, reconciled with one another."""

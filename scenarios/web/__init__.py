"""The page: a server on this machine, and what a browser is given."""

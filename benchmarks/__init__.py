"""How fast the kernels are, and how cost grows with births and arms."""

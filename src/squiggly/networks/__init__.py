"""Networks: layers of multiply, add, bend; small ones in NumPy and in the page, large ones in PyTorch."""

"""Photos are points: pixels are x, the class is y. The same loop fits them."""

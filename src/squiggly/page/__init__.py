"""The live page: a Lab, what it tells the page as data, and the one file it is saved as."""

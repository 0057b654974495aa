"""The solvers: numbers in, numbers out. Nothing here reads files or writes text for people."""

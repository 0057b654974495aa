"""How far to trust an answer: standard errors, intervals, profiles and bands."""

"""What an answer is worth: the verdict, and what stands behind it."""

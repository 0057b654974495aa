"""Where the columns come from: files, frames and arrays, as people have them."""

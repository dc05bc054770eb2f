"""Raw tables: read, refused with one line, split."""

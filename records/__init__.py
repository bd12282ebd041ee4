"""Records: what Mica remembers, in one SQLite file."""

"""A file's way from where it lies to signals and matches."""

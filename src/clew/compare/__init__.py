"""Is it so, and why: from candidates to matches with aligned evidence."""

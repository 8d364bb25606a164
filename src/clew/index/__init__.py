"""Search among many: exact Hamming search over binary signals."""

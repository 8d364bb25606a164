"""Pages for administrators of a country, and for supervisors who record authorities."""

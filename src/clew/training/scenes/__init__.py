"""Made-up places, drawn in software: rooms, yards, streets, landscapes, laid tables. No people."""

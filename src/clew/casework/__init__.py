"""What officers make of matches: findings and groups."""

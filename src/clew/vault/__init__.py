"""Originals and derivatives: write-once and content-addressed."""

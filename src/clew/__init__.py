"""Clew: victim identification by connecting media that share a trace."""

__version__ = "0.1.0"

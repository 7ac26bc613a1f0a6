"""Plumbrule: the senior FastAPI engineer as a program."""

__version__ = "0.1.0"

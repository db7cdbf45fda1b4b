"""Reads what a municipality has: folders, posts, directories."""

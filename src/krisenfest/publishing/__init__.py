"""Writes a site where readers find it: all or nothing."""

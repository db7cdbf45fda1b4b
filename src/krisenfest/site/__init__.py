"""A release becomes the files of a site. Pure."""

"""krisenfest: the town's prepared second voice."""

__version__ = "0.1.0"

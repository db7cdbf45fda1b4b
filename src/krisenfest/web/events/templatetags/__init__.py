"""Tags of the events' templates."""

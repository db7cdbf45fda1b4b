"""What is true: records, their versions, calendars, areas. Pure."""

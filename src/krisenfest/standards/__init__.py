"""One open standard per module: dumps() and loads(). Pure."""

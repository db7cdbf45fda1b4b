"""What answers over HTTP: for now the demo's file server."""

"""Question sheets: pasted answers, and an endpoint that is played by a real server."""

"""What a user asks for, turned into a started job: the same function serves the command line and the app."""

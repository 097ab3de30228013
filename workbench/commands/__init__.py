"""The command line: one thin module per command; heavy parts are imported when a command runs."""

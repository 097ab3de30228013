"""The whole journey on the embedded sample project, as one job that starts the others one after the other."""

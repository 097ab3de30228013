"""Long work as detached processes with a folder: launching, events, liveness, stopping."""

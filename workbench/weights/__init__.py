"""What lies on the disk: weights of every kind, told by their files. Reads headers and small files, no torch."""

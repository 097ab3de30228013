"""What a training takes in memory, part by part."""

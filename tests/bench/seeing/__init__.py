"""Models that see: their input pipeline, their features kept, and how soon they answer."""

"""XTuner configs: read without running them, and turned into ours."""

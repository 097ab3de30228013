"""XTuner 0.1 configs: read off their syntax tree, never run, and turned into configs of workbench."""

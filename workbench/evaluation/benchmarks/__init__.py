"""Published sets of questions about pictures, read from local files: MMBench, RefCOCO, POPE."""

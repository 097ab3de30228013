"""Models for other programs: GGUF files, Ollama's Modelfile, launch lines of serving engines, model cards."""

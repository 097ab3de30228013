"""XTuner's checkpoints, ``.pth`` files and DeepSpeed folders, as what Hugging Face's libraries load."""

"""Making a self-identity dataset: questions, answers, and a controlled mixture with ordinary dialogue."""

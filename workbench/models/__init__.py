"""Loading language models, adapters and quantisation."""

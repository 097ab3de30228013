"""From data files to tokens on disk: read, convert, render, tokenise, count; kept for the next run."""

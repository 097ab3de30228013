"""Making data files out of data files: repeat, convert, split, mix, dedupe, and collections of others made readable.

Everything streams: a file is read row by row as often as needed, and a result gets its name only when it is whole.
"""

"""Rows out of files of every kind, one by one, so that memory does not depend on the size of a file. Light."""

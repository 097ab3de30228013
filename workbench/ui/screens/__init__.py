"""One file and one stylesheet per screen."""
